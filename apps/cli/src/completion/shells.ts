// What each shell is told: to ask `mcpstore completion SHELL -- WORDS...` for lines of a word, a tab, and what is said of it. A
// line `:files` leaves it to the shell; what stands behind its tab comes before the file in the same word. The program is
// asked in plain words, and answers so. What ends in `/`, `=` or `:` is not finished, so no space follows.

/**
 * Bash splits words at `=`, `:` and `@` as well, so that they are put together again; what it replaces is the last part alone,
 * nothing of it where that is `=` or `:`, and a `@` before it too.
 */
const bash = `_mcpstore_plain() {
  local text=$1 char
  plain= quote=
  while [[ -n $text ]]; do
    char=\${text:0:1} text=\${text:1}
    if [[ $char == "$quote" ]]; then quote=
    elif [[ $quote == "'" ]]; then plain+=$char
    elif [[ $char == \\\\ ]]; then plain+=\${text:0:1} text=\${text:1}
    elif [[ -z $quote && $char == [\\'\\"] ]]; then quote=$char
    else plain+=$char
    fi
  done
}
_mcpstore() {
  local line=\${COMP_LINE:0:COMP_POINT} rest part plain quote at=0
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
  for at in "\${!words[@]}"; do _mcpstore_plain "\${words[at]}"; words[at]=$plain; done
  _mcpstore_plain "$last"
  local open=$quote
  _mcpstore_plain "\${kept%@}"
  kept=$plain
  if [[ $last == [=:] ]]; then kept+=$last; fi
  local word about
  COMPREPLY=()
  while IFS=$'\\t' read -r word about; do
    if [[ $word == :files ]]; then
      compopt -o filenames 2>/dev/null
      local full=\${words[@]: -1}
      while IFS= read -r word; do
        word=$about$word
        COMPREPLY+=("\${word#"$kept"}")
      done < <(compgen -f -- "\${full#"$about"}")
      return
    fi
    [[ $word == *[/=:] ]] && compopt -o nospace 2>/dev/null
    word=\${word#"$kept"}
    [[ -n $open ]] || printf -v word '%q' "$word"
    COMPREPLY+=("$word")
  done < <("\${COMP_WORDS[0]}" completion bash -- "\${words[@]:1}" 2>/dev/null)
}
complete -F _mcpstore mcpstore
`

const zsh = `#compdef mcpstore
_mcpstore() {
  local -a finished open
  local word about line
  for line in "\${(@f)$("$words[1]" completion zsh -- "\${(@Q)words[2,CURRENT-1]}" "\${(Q)PREFIX}" 2>/dev/null)}"; do
    word=\${line%%$'\\t'*}
    about=\${line#*$'\\t'}
    case $word in
      '') ;;
      :files) compset -p \${#about}; _files; return ;;
      *[/=:]) open+=("\${word//:/\\\\:}:$about") ;;
      *) finished+=("\${word//:/\\\\:}:$about") ;;
    esac
  done
  _describe 'mcpstore' finished -- open -S ''
}
if [ "$funcstack[1]" = "_mcpstore" ]; then _mcpstore "$@"; else compdef _mcpstore mcpstore; fi
`

const fish = `function __mcpstore
  set -l words (commandline -opc)
  set -l last (commandline -ct)
  for end in '' \\' '"'
    set -l plain (string unescape -- $last$end 2>/dev/null); and set last $plain; and break
  end
  set -l found ($words[1] completion fish -- $words[2..-1] "$last" 2>/dev/null)
  set -l first (string split \\t -- "$found[1]")
  if test "$first[1]" = :files
    set -l path (string sub --start (math (string length -- "$first[2]") + 1) -- "$last")
    printf "$first[2]%s\\n" (__fish_complete_path "$path")
  else
    printf '%s\\n' $found
  end
end
complete -c mcpstore -f -a '(__mcpstore)'
`

/** The program of each shell that completes the words of a command line. */
export const shells: Readonly<Record<string, string>> = { bash, zsh, fish }
