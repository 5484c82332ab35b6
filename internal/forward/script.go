package forward

import (
	"encoding/base64"
	"fmt"
	"strings"

	"git-credential-doorkey/internal/session"
	"git-credential-doorkey/internal/terminal"
)

// remote runs on the other machine around the shell or the command. It sets only the
// environment, so that git there asks at home. If something that it needs is missing, the
// session is an ordinary one, and a line says what is missing.
//
// The socket is moved into its own directory and is removed at the end of the session,
// because sshd would leave it behind. Two processes can remove it. One of them notices that
// this shell has ended, for whatever reason, because the shell's end of a FIFO closes. It
// also tells home to end the request of the other process, because ssh waits for that
// process. The other one sends a request that ends when the connection is lost.
//
// The word proves that a question comes from this session. The socket returns it once, and
// it is stored in a file there. It is never in a program's arguments.
const remote = `
say() { printf "doorkey: %s; git here does not ask your computer\n" "$1" >&2; }
old() { git version | { read -r _ _ v; a=${v%%.*}; r=${v#*.}; b=${r%%.*}; [ "$a" -lt 2 ] || { [ "$a" -eq 2 ] && [ "$b" -lt 31 ]; }; }; }
d=
if ! command -v git >/dev/null 2>&1; then :
elif [ ! -S "$s" ]; then say "the server does not forward sockets (AllowStreamLocalForwarding)"
elif ! command -v curl >/dev/null 2>&1; then say "curl is not installed"
elif old; then say "git is older than 2.31"
elif ! d=$(mktemp -d /tmp/doorkey-XXXXXXXXXX) || ! mv "$s" "$d/s"; then say "no directory can be made in /tmp"; rm -rf ${d:+"$d"}; d=
elif ! w=$(curl -q -s -f --unix-socket "$d/s" http://doorkey/word); then say "another program was faster to take the word of this session"; rm -rf "$d"; d=
fi
if [ -n "$d" ]; then
  s=$d/s
  for v in get erase wait end; do
    printf "silent\nshow-error\nfail\nno-buffer\nunix-socket = %s\nurl = http://doorkey/%s/%s\n" "$s" "$w" "$v" >"$d/$v"
  done
  chmod 600 "$d"/*
  cat >"$d/ask" <<'END'
d=${0%/*}
[ -f "$d/$1" ] || exit 0
curl -q -K "$d/$1" --data-binary @- | ` + commentsToStderr + `
END
  n=${GIT_CONFIG_COUNT:-0}
  export "GIT_CONFIG_KEY_$n=credential.helper" "GIT_CONFIG_VALUE_$n="
  n=$((n+1))
  export "GIT_CONFIG_KEY_$n=credential.helper" "GIT_CONFIG_VALUE_$n=!sh $d/ask"
  export GIT_CONFIG_COUNT=$((n+1)) DOORKEY_FORWARD=$d
  mkfifo "$d/alive"
  ( trap "" HUP INT TERM; curl -q -K "$d/wait" -d ""; rm -rf "$d" ) </dev/null >/dev/null 2>&1 &
  ( trap "" HUP INT TERM; read -r _ <"$d/alive"; curl -q -K "$d/end" -d ""; rm -rf "$d" ) </dev/null >/dev/null 2>&1 &
  exec 3>"$d/alive"
fi
trap : INT
trap "exit 129" HUP TERM
if [ -n "$c" ]; then "${SHELL:-sh}" -c "$c" 3>&-; else "${SHELL:-sh}" -l 3>&-; fi
x=$?
[ -n "$d" ] || rm -f "$s"
exit $x
`

// remoteCommand returns the command for the other machine's login shell. That may be any
// shell, so the command contains nothing that shells interpret differently.
func remoteCommand(socket, command string) string {
	script := "s=" + socket + " c=" + terminal.ShellWord(command) + remote
	return `sh -c 'eval "$(echo ` + base64.StdEncoding.EncodeToString([]byte(script)) + ` | base64 -d)"'`
}

// configuration is what --print-config prints.
const configuration = `# In ~/.ssh/config on this machine, above other lines for %s:

Match originalhost %[1]s exec "exec %s ssh %s %s"
  Include "%s"

# On %s, once. Its word replaces an earlier one.

%s`

// thereOnce returns the commands that make git on the other machine ask for some hosts. The
// script that they install looks for a socket that belongs to this user and at which a
// process answers. It removes the sockets that earlier sessions left behind.
func thereOnce(word string, hosts []string) string {
	var lines strings.Builder
	fmt.Fprintf(&lines, "mkdir -p -m 700 ~/.doorkey\n")
	for _, verb := range []string{"get", "erase"} {
		fmt.Fprintf(&lines, "(umask 077; echo 'url = http://doorkey/%s/%s' >~/.doorkey/%[2]s)\n", word, verb)
	}
	lines.WriteString(`cat >~/.doorkey/ask <<'END'
# git's credential helper for some hosts: it asks the doorkey at the other end of ssh.
case $1 in get|erase) ;; *) exit 0;; esac
request=$(cat)
open=
for socket in ` + session.ForwardedPrefix + `*; do
  [ -S "$socket" ] && [ -O "$socket" ] || continue
  curl -q -s -o /dev/null --unix-socket "$socket" http://doorkey/
  case $? in
  0) open=$socket;;
  7) rm -f "$socket";;
  esac
done
[ -n "$open" ] || { echo "doorkey: no ssh session to your computer is open here that it answers in" >&2; exit 0; }
printf "%s\n\n" "$request" | curl -q -sS -f -N --unix-socket "$open" -K ~/.doorkey/$1 --data-binary @- | ` + commentsToStderr + `
END
`)
	for _, host := range hosts {
		key := terminal.ShellWord("credential." + host + ".helper")
		fmt.Fprintf(&lines, "git config --global --replace-all %s ''\ngit config --global --add %[1]s '!sh ~/.doorkey/ask'\n", key)
	}
	return lines.String()
}

// commentsToStderr moves the lines for the user from an answer to standard error.
const commentsToStderr = `while IFS= read -r l; do case $l in "#"*) printf "%s\n" "${l#?}" >&2;; *) printf "%s\n" "$l";; esac; done`
