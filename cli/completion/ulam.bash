# Completion for bash. Commands and options are read off the program's own help.
_ulam() {
    local word=${COMP_WORDS[COMP_CWORD]} command=${COMP_WORDS[1]} words
    COMPREPLY=()
    if ((COMP_CWORD == 1)); then
        words=$("${COMP_WORDS[0]}" --help 2>/dev/null | sed -n '/^commands:/,/^$/s/^  \([a-z]*\) .*/\1/p')
        mapfile -t COMPREPLY < <(compgen -W "$words --help --version" -- "$word")
    elif [[ $word == -* ]]; then
        words=$("${COMP_WORDS[0]}" "$command" --help 2>/dev/null | sed -n 's/^  [^-]*\(-[a-z], \)\{0,1\}\(--[a-z-]*\).*/\2/p')
        mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
    elif [[ $command == models || $command == help ]]; then
        words=$("${COMP_WORDS[0]}" "$([[ $command == models ]] && echo models || echo --help)" 2>/dev/null |
            sed -n 's/^ *\([a-z_0-9]*\)  .*/\1/p')
        mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
    else
        local endings='h5'
        [[ $command == run || $command == check ]] && endings='yaml|yml|json'
        mapfile -t COMPREPLY < <(compgen -f -X "!*.@($endings)" -- "$word"; compgen -d -- "$word")
    fi
}
shopt -s extglob
complete -o filenames -F _ulam ulam
