// The scripts that make a shell ask `sti complete` what may stand on its command line.

export function completionScript(shell: "bash" | "zsh" | "fish"): string {
  return SCRIPTS[shell];
}

const SCRIPTS = {
  bash: `# bash completion of sti
_sti() {
  local line word last words=()
  # To bash an option with "=" is three words.
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD}"; do
    last=$((\${#words[@]} - 1))
    if [[ $last -ge 0 && ( $word == "=" || \${words[last]} == --*= ) ]]; then
      words[last]+=$word
    else
      words+=("$word")
    fi
  done
  COMPREPLY=()
  while IFS= read -r line; do
    line=\${line%%$'\\t'*}
    COMPREPLY+=("\${line#--*=}")
  done < <(sti complete -- "\${words[@]}" 2>/dev/null)
}
complete -o default -F _sti sti
`,
  zsh: `#compdef sti
_sti() {
  local -a found
  local line
  while IFS= read -r line; do
    found+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
  done < <(sti complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)
  if (( \${#found} )); then _describe 'sti' found; else _files; fi
}
if [[ \${funcstack[1]} == _sti ]]; then _sti "$@"; else compdef _sti sti; fi
`,
  fish: `# fish completion of sti
function __sti_complete
  set -l words (commandline -opc) (commandline -ct)
  sti complete -- $words[2..-1] 2>/dev/null
end
complete -c sti -f -a '(__sti_complete)'
`,
} as const;
