package manual

import (
	"fmt"
	"slices"
	"strings"
)

// Shells returns the shells that Completion supports.
func Shells() []string { return []string{"bash", "zsh", "fish"} }

// Completion returns the completion script for a shell, or "" for an unknown shell.
func Completion(shell string) string {
	switch shell {
	case "bash":
		return BashCompletion()
	case "zsh":
		return ZshCompletion()
	case "fish":
		return FishCompletion()
	}
	return ""
}

// BashCompletion completes for bash, after "git-credential-doorkey" and, where
// git's own completion is loaded, after "git credential-doorkey": that calls
// the function with the name _git_credential_doorkey.
func BashCompletion() string {
	var cases strings.Builder
	for _, command := range forPeople() {
		if words := optionWords(command.Options); words != "" {
			fmt.Fprintf(&cases, "    %s) words=%q ;;\n", command.Name, words)
		}
	}
	fmt.Fprintf(&cases, "    completion) words=%q ;;\n    help) words=%q ;;\n", strings.Join(Shells(), " "), commandNames())
	return `# bash completion for git-credential-doorkey

_git_credential_doorkey() {
  local word command="" words=""
  local current="${COMP_WORDS[COMP_CWORD]}" previous="${COMP_WORDS[COMP_CWORD-1]}"
  case "$previous" in
` + bashValues() + `  esac
  if [ -z "$words" ]; then
    for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
      case "$word" in
      ` + strings.ReplaceAll(commandNames(), " ", "|") + `) command="$word"; break ;;
      esac
    done
    case "$command" in
` + cases.String() + `    "") words="` + commandNames() + " " + optionWords(Common()) + `" ;;
    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}

complete -F _git_credential_doorkey git-credential-doorkey
`
}

// bashValues are the cases of the options with a few values.
func bashValues() string {
	var cases strings.Builder
	for _, option := range optionsWithValues() {
		fmt.Fprintf(&cases, "    --%s) words=%q ;;\n", option.Name, strings.Join(option.Values, " "))
	}
	return cases.String()
}

// ZshCompletion completes for zsh, in a file called _git-credential-doorkey in a
// directory of $fpath.
func ZshCompletion() string {
	var text strings.Builder
	text.WriteString("#compdef git-credential-doorkey\n#description sign in to Git hosts once, with OAuth\n\n_git-credential-doorkey() {\n  local line state\n  _arguments -C \\\n")
	for _, option := range Common() {
		fmt.Fprintf(&text, "    %s \\\n", option.zsh())
	}
	text.WriteString("    '1:command:->command' \\\n    '*::argument:->arguments'\n  case $state in\n  command)\n    local -a commands=(\n")
	for _, command := range forPeople() {
		fmt.Fprintf(&text, "      %s\n", quote(command.Name+":"+command.Summary))
	}
	text.WriteString("    )\n    _describe command commands\n    ;;\n  arguments)\n    case $line[1] in\n")
	for _, command := range forPeople() {
		fmt.Fprintf(&text, "    %s)\n      _arguments", command.Name)
		for _, option := range command.Options {
			fmt.Fprintf(&text, " \\\n        %s", option.zsh())
		}
		text.WriteString(command.zshArgument() + "\n      ;;\n")
	}
	text.WriteString("    esac\n    ;;\n  esac\n}\n\n_git-credential-doorkey \"$@\"\n")
	return text.String()
}

func (o Option) zsh() string {
	text := "--" + o.Name + "[" + strings.ReplaceAll(o.Summary, ":", `\:`) + "]"
	if o.Value != "" {
		text += ":" + o.Value + ":"
	}
	if len(o.Values) > 0 {
		text += "(" + strings.Join(o.Values, " ") + ")"
	}
	return quote(text)
}

func (c Command) zshArgument() string {
	switch c.Arguments {
	case "[URL]":
		return " \\\n        '1:URL:_urls'"
	case "SHELL":
		return " \\\n        '1:shell:(" + strings.Join(Shells(), " ") + ")'"
	case "[COMMAND]":
		return " \\\n        '1:command:(" + commandNames() + ")'"
	}
	return ""
}

// FishCompletion completes for fish, in a file called
// git-credential-doorkey.fish in a directory of $fish_complete_path.
func FishCompletion() string {
	var text strings.Builder
	text.WriteString("# fish completion for git-credential-doorkey\n\ncomplete -c git-credential-doorkey -f\n")
	for _, option := range Common() {
		fmt.Fprintf(&text, "complete -c git-credential-doorkey -n __fish_use_subcommand%s\n", option.fish())
	}
	for _, command := range forPeople() {
		fmt.Fprintf(&text, "complete -c git-credential-doorkey -n __fish_use_subcommand -a %s -d %s\n", command.Name, quote(command.Summary))
		for _, option := range command.Options {
			fmt.Fprintf(&text, "complete -c git-credential-doorkey -n '__fish_seen_subcommand_from %s'%s\n", command.Name, option.fish())
		}
	}
	fmt.Fprintf(&text, "complete -c git-credential-doorkey -n '__fish_seen_subcommand_from completion' -a %s\n", quote(strings.Join(Shells(), " ")))
	fmt.Fprintf(&text, "complete -c git-credential-doorkey -n '__fish_seen_subcommand_from help' -a %s\n", quote(commandNames()))
	return text.String()
}

func (o Option) fish() string {
	text := " -l " + o.Name
	switch {
	case len(o.Values) > 0:
		text += " -x -a " + quote(strings.Join(o.Values, " "))
	case o.Value != "":
		text += " -x"
	}
	return text + " -d " + quote(o.Summary)
}

// quote writes text as one word of a shell's.
func quote(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }

func commandNames() string {
	var names []string
	for _, command := range forPeople() {
		names = append(names, command.Name)
	}
	return strings.Join(names, " ")
}

func optionWords(options []Option) string {
	var words []string
	for _, option := range options {
		words = append(words, "--"+option.Name)
	}
	return strings.Join(words, " ")
}

// optionsWithValues are those whose values can be completed, each once.
func optionsWithValues() (found []Option) {
	all := Common()
	for _, command := range forPeople() {
		all = append(all, command.Options...)
	}
	for _, option := range all {
		isKnown := func(o Option) bool { return o.Name == option.Name }
		if len(option.Values) > 0 && !slices.ContainsFunc(found, isKnown) {
			found = append(found, option)
		}
	}
	return found
}
