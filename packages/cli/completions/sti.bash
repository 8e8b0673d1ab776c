# bash completion of sti
_sti() {
  local line word last words=()
  # To bash an option with "=" is three words.
  for word in "${COMP_WORDS[@]:1:COMP_CWORD}"; do
    last=$((${#words[@]} - 1))
    if [[ $last -ge 0 && ( $word == "=" || ${words[last]} == --*= ) ]]; then
      words[last]+=$word
    else
      words+=("$word")
    fi
  done
  COMPREPLY=()
  while IFS= read -r line; do
    line=${line%%$'\t'*}
    COMPREPLY+=("${line#--*=}")
  done < <(sti complete -- "${words[@]}" 2>/dev/null)
}
complete -o default -F _sti sti
