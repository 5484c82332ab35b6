# bash completion for git-credential-doorkey

_git_credential_doorkey() {
  local word command="" words=""
  local current="${COMP_WORDS[COMP_CWORD]}" previous="${COMP_WORDS[COMP_CWORD-1]}"
  case "$previous" in
    --flow) words="auto browser device paste" ;;
    --events) words="json" ;;
    --provider) words="gitlab github gitea forgejo bitbucket bitbucket-data-center" ;;
  esac
  if [ -z "$words" ]; then
    for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
      case "$word" in
      setup|login|logout|status|token|doctor|install|uninstall|ssh|fleet-key|completion|help) command="$word"; break ;;
      esac
    done
    case "$command" in
    setup) words="--client-id --provider --scopes --fleet --fleet-key --fleet-token-file --no-sign-in --force --global --system --flow" ;;
    login) words="--flow --username" ;;
    logout) words="--username --all --fleet" ;;
    status) words="--json" ;;
    token) words="--username" ;;
    doctor) words="--json" ;;
    install) words="--global --system --local --host --dry-run" ;;
    uninstall) words="--global --system --local --host --dry-run" ;;
    ssh) words="--host --confirm --print-config" ;;
    completion) words="bash zsh fish" ;;
    help) words="setup login logout status token doctor install uninstall ssh fleet-key completion help" ;;
    "") words="setup login logout status token doctor install uninstall ssh fleet-key completion help --flow --events --version" ;;
    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}

complete -F _git_credential_doorkey git-credential-doorkey
