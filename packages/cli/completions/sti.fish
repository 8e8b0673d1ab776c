# fish completion of sti
function __sti_complete
  set -l words (commandline -opc) (commandline -ct)
  sti complete -- $words[2..-1] 2>/dev/null
end
complete -c sti -f -a '(__sti_complete)'
