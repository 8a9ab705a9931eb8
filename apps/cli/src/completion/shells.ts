// What each shell is told: to ask `mcpstore completion SHELL -- WORDS...` for lines of a word, a tab, and what is said of it. A
// line `:files` leaves it to the shell. What ends in `/`, `=` or `:` is not finished, so no space follows.

/** Bash splits words at `=` and `:` as well, so that they are put together again; what it replaces is the last part alone. */
const bash = `_mcpstore() {
  local line=\${COMP_LINE:0:COMP_POINT} rest part cur= at=0
  local -a words=()
  rest=$line
  for part in "\${COMP_WORDS[@]:0:COMP_CWORD}"; do
    if [[ $rest == [[:space:]]* || $at -eq 0 ]]; then words+=("$part"); else words[at-1]+=$part; fi
    rest=\${rest#"\${rest%%[![:space:]]*}"}
    rest=\${rest#"$part"}
    at=\${#words[@]}
  done
  local last=\${rest#"\${rest%%[![:space:]]*}"} kept=
  if [[ $rest == [[:space:]]* ]]; then words+=("$last"); else kept=\${words[at-1]}; words[at-1]+=$last; fi
  local -a found=()
  local word about
  COMPREPLY=()
  while IFS=$'\\t' read -r word about; do
    if [[ $word == :files ]]; then
      compopt -o filenames
      while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -f -- "$last")
      return
    fi
    [[ $word == *[/=:] ]] && compopt -o nospace
    COMPREPLY+=("$(printf '%q' "\${word#"$kept"}")")
  done < <("\${COMP_WORDS[0]}" completion bash -- "\${words[@]:1}" 2>/dev/null)
}
complete -F _mcpstore mcpstore
`

const zsh = `#compdef mcpstore
_mcpstore() {
  local -a finished open
  local word about line
  for line in "\${(@f)$("$words[1]" completion zsh -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
    word=\${line%%$'\\t'*}
    about=\${line#*$'\\t'}
    case $word in
      '') ;;
      :files) _files; return ;;
      *[/=:]) open+=("\${word//:/\\\\:}:$about") ;;
      *) finished+=("\${word//:/\\\\:}:$about") ;;
    esac
  done
  _describe 'mcpstore' finished -- open -S ''
}
if [ "$funcstack[1]" = "_mcpstore" ]; then _mcpstore "$@"; else compdef _mcpstore mcpstore; fi
`

const fish = `function __mcpstore
  set -l words (commandline -opc) (commandline -ct)
  set -l found ($words[1] completion fish -- $words[2..-1] 2>/dev/null)
  if test "$found[1]" = :files
    __fish_complete_path (commandline -ct)
  else
    printf '%s\\n' $found
  end
end
complete -c mcpstore -f -a '(__mcpstore)'
`

/** The program of each shell that completes the words of a command line. */
export const shells: Readonly<Record<string, string>> = { bash, zsh, fish }
