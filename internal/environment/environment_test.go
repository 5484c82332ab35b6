package environment

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// linux returns a Linux environment with only these variables and programs.
func linux(variables map[string]string, programs ...string) Environment {
	return Environment{
		system:   "linux",
		Variable: func(name string) string { return variables[name] },
		program: func(name string) string {
			if slices.Contains(programs, filepath.Base(name)) {
				return name
			}
			return ""
		},
		kernel:    func() string { return "Linux version 6.1.0" },
		container: func() bool { return false },
	}
}

// onWindows returns a Windows environment, with programs by their full paths.
func onWindows(variables map[string]string, programs ...string) Environment {
	e := linux(variables).on("windows")
	e.program = func(name string) string {
		if slices.Contains(programs, name) {
			return name
		}
		return ""
	}
	return e
}

// finding adds a program whose name differs from its path.
func (e Environment) finding(name, path string) Environment {
	others := e.program
	e.program = func(asked string) string {
		if asked == name {
			return path
		}
		return others(asked)
	}
	return e
}

func (e Environment) on(system string) Environment {
	e.system = system
	return e
}

func (e Environment) withKernel(version string) Environment {
	e.kernel = func() string { return version }
	return e
}

func (e Environment) inBackground() Environment {
	e.background = func() bool { return true }
	return e
}

func (e Environment) inContainer() Environment {
	e.container = func() bool { return true }
	return e
}

func TestBrowserCommand(t *testing.T) {
	type variables = map[string]string
	startsDefault := filepath.Join(`C:\Windows`, "System32", "rundll32.exe") + "|url.dll,FileProtocolHandler"
	const wsl = "Linux version 5.15.90.1-microsoft-standard-WSL2"
	for _, row := range []struct {
		name string
		Environment
		want string
	}{
		{"X11", linux(variables{"DISPLAY": ":0"}, "xdg-open"), "xdg-open"},
		{"Wayland", linux(variables{"WAYLAND_DISPLAY": "wayland-0"}, "xdg-open"), "xdg-open"},
		{"display without xdg-open", linux(variables{"DISPLAY": ":0"}, "sensible-browser"), "sensible-browser"},
		{"display without any starter", linux(variables{"DISPLAY": ":0"}), ""},
		{"no display", linux(nil, "xdg-open"), ""},
		{"over SSH", linux(variables{"SSH_CONNECTION": "192.0.2.1 50000 192.0.2.2 22"}, "xdg-open"), ""},
		{"over SSH with X forwarding", linux(variables{"SSH_TTY": "/dev/pts/1", "DISPLAY": "localhost:10.0"}, "xdg-open"), ""},
		{"Windows over SSH", linux(variables{"SSH_CLIENT": "192.0.2.1 50000 22"}).on("windows"), ""},
		{"macOS", linux(nil).on("darwin"), "/usr/bin/open"},
		{"macOS over SSH", linux(variables{"SSH_CONNECTION": "x"}).on("darwin"), ""},
		{"macOS, cron or a LaunchDaemon", linux(nil).on("darwin").inBackground(), ""},
		{"macOS, cron with BROWSER", linux(variables{"BROWSER": "/opt/open"}, "open").on("darwin").inBackground(), "/opt/open"},
		{"Windows, a service or a scheduled task", onWindows(nil).inBackground(), ""},
		{"Windows", linux(variables{"SystemRoot": `C:\Windows`}).on("windows"), startsDefault},
		{"WSL by its variable", linux(variables{"WSL_INTEROP": "/run/WSL/8_interop"}, "wslview"), "wslview"},
		{"WSL by its kernel", linux(nil, "wslview").withKernel(wsl), "wslview"},
		{"WSL without wslview", linux(nil, "rundll32.exe").withKernel(wsl), "rundll32.exe|url.dll,FileProtocolHandler"},
		{"WSL without interoperation", linux(nil).withKernel(wsl), ""},
		{"container", linux(nil, "xdg-open").inContainer(), ""},
		{"container with a display", linux(variables{"DISPLAY": ":0"}, "xdg-open").inContainer(), "xdg-open"},
		{"CI", linux(variables{"CI": "true", "DISPLAY": ":99"}, "xdg-open"), ""},
		{"CI turned off", linux(variables{"CI": "false", "DISPLAY": ":0"}, "xdg-open"), "xdg-open"},
		{"GitLab CI", linux(variables{"GITLAB_CI": "true"}).on("darwin"), ""},
		{"Jenkins", linux(variables{"JENKINS_URL": "https://ci.example"}).on("darwin"), ""},
		{"BROWSER", linux(variables{"BROWSER": "firefox --new-tab"}, "firefox"), "firefox|--new-tab"},
		{"BROWSER over SSH, as VS Code sets it", linux(variables{"BROWSER": "/vscode/bin/helpers/browser.sh", "SSH_CONNECTION": "x", "VSCODE_IPC_HOOK_CLI": "/run/x.sock"}, "browser.sh"), "/vscode/bin/helpers/browser.sh"},
		{"BROWSER with several, the first that is there", linux(variables{"BROWSER": "chrome:firefox"}, "firefox"), "firefox"},
		{"BROWSER that draws in the terminal", linux(variables{"BROWSER": "/usr/bin/lynx"}, "lynx"), ""},
		{"BROWSER that draws in the terminal, on a desktop", linux(variables{"BROWSER": "lynx", "DISPLAY": ":0"}, "lynx", "xdg-open"), "xdg-open"},
		{"BROWSER that is not there", linux(variables{"BROWSER": "chrome", "DISPLAY": ":0"}, "xdg-open"), "xdg-open"},
		{"BROWSER that is not there, over SSH", linux(variables{"BROWSER": "/vscode/browser.sh", "SSH_TTY": "x", "DISPLAY": ":0"}, "xdg-open"), ""},
		{"BROWSER in quotes", linux(variables{"BROWSER": `"/opt/My Browser/chrome" --new-window`}, "chrome"), "/opt/My Browser/chrome|--new-window"},
		{"BROWSER with a backslash", linux(variables{"BROWSER": `/opt/My\ Browser/chrome '%s'`}, "chrome"), "/opt/My Browser/chrome|%s"},
		{"BROWSER that a shell would put into the background", linux(variables{"BROWSER": "firefox %s &"}, "firefox"), "firefox|%s"},
		{"BROWSER with a command in it, which is not run", linux(variables{"BROWSER": "firefox `id` $HOME"}, "firefox"), "firefox|`id`|$HOME"},
		{"BROWSER whose quote has no end", linux(variables{"BROWSER": `"firefox`, "DISPLAY": ":0"}, "firefox", "xdg-open"), "xdg-open"},
		{"BROWSER with the address as an argument of a script", linux(variables{"BROWSER": `sh -c 'firefox "$1"' sh %s`}, "sh"), `sh|-c|firefox "$1"|sh|%s`},
		{"BROWSER with the address in a script, where a shell would read it", linux(variables{"BROWSER": `sh -c 'firefox %s'`}, "sh"), ""},
		{"BROWSER with the address in a script, behind a tab", linux(variables{"BROWSER": "sh -c 'firefox\t%s'"}, "sh"), ""},
		{"BROWSER on another machine, whose shell would read the address", linux(variables{"BROWSER": "ssh laptop xdg-open"}, "ssh"), ""},
		{"BROWSER that is cmd.exe, in WSL", linux(variables{"BROWSER": "/mnt/c/Windows/System32/cmd.exe /c start"}, "cmd.exe").withKernel(wsl), ""},
		{"BROWSER that is PowerShell, in WSL", linux(variables{"BROWSER": "powershell.exe Start-Process"}, "powershell.exe", "wslview").withKernel(wsl), "wslview"},
		{"BROWSER that is a browser of Windows, in WSL", linux(variables{"BROWSER": "/mnt/c/firefox.exe"}, "firefox.exe").withKernel(wsl), "/mnt/c/firefox.exe"},
		{"BROWSER that has the name of a shell elsewhere", linux(variables{"BROWSER": "/opt/cmd"}, "cmd"), "/opt/cmd"},
		{"BROWSER that is called as a batch file elsewhere", linux(variables{"BROWSER": "/opt/open.cmd"}, "open.cmd"), "/opt/open.cmd"},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := strings.Join(row.BrowserCommand(), "|"); got != row.want {
				t.Errorf("BrowserCommand() = %q, want %q", got, row.want)
			}
		})
	}
}

// TestBrowserCommandOfWindows tests BROWSER on Windows, which has its own rules for
// commands.
func TestBrowserCommandOfWindows(t *testing.T) {
	type variables = map[string]string
	startsDefault := filepath.Join(`C:\Windows`, "System32", "rundll32.exe") + "|url.dll,FileProtocolHandler"
	for _, row := range []struct {
		name string
		Environment
		want string
	}{
		{"in quotes, and another", linux(variables{"BROWSER": `"C:/Program Files/new/firefox.exe" -url;other`}, "firefox.exe").on("windows"), "C:/Program Files/new/firefox.exe|-url"},
		{"a blank in a path without quotes", onWindows(variables{"BROWSER": `C:\Program Files\new\firefox.exe`}, `C:\Program Files\new\firefox.exe`), `C:\Program Files\new\firefox.exe`},
		{"a blank in a path without quotes, and an option", onWindows(variables{"BROWSER": `C:\Program Files\new\firefox.exe -url`}, `C:\Program Files\new\firefox.exe`), `C:\Program Files\new\firefox.exe|-url`},
		{"a blank in a path without quotes, and quotes behind it", onWindows(variables{"BROWSER": `C:\my apps\b.exe --profile "a b" "C:\x\\" %s`}, `C:\my apps\b.exe`), `C:\my apps\b.exe|--profile|a b|C:\x\|%s`},
		{"a blank in a path without quotes, and a program with its first word", onWindows(variables{"BROWSER": `C:\my apps\b.exe x`}, `C:\my`, `C:\my apps\b.exe`), `C:\my apps\b.exe|x`},
		{"a batch file whose path has a blank and no quotes", onWindows(variables{"BROWSER": `C:\my apps\b.cmd x`}, `C:\my apps\b.cmd`), startsDefault},
		{"the second is there", onWindows(variables{"BROWSER": `C:\old\b.exe;C:\new\b.exe`}, `C:\new\b.exe`), `C:\new\b.exe`},
		{"a batch file", onWindows(variables{"BROWSER": `C:\b\open.cmd`}, `C:\b\open.cmd`), startsDefault},
		{"a batch file that PATHEXT finds", onWindows(variables{"BROWSER": `C:\b\open`}).finding(`C:\b\open`, `C:\b\open.BAT`), startsDefault},
		{"a batch file with a dot behind it", onWindows(variables{"BROWSER": `"C:\b\open.bat. ."`}, `C:\b\open.bat. .`), startsDefault},
		{"a batch file before a browser", onWindows(variables{"BROWSER": `C:\b\open.cmd;C:\new\b.exe`}, `C:\b\open.cmd`, `C:\new\b.exe`), `C:\new\b.exe`},
		{"start", onWindows(variables{"BROWSER": `cmd /c start`}).finding("cmd", `C:\Windows\System32\cmd.exe`), startsDefault},
		{"PowerShell", onWindows(variables{"BROWSER": `powershell.exe -Command Start-Process`}, "powershell.exe"), startsDefault},
		{"a shell of WSL", onWindows(variables{"BROWSER": `wsl xdg-open`}, "wsl"), startsDefault},
		{"the address in a script of bash", onWindows(variables{"BROWSER": `bash -c "start %s"`}, "bash"), startsDefault},
		{"backslashes", onWindows(variables{"BROWSER": `C:\new\b.exe`}, `C:\new\b.exe`), `C:\new\b.exe`},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := strings.Join(row.BrowserCommand(), "|"); got != row.want {
				t.Errorf("BrowserCommand() = %q, want %q", got, row.want)
			}
		})
	}
}

func TestUnusableBrowser(t *testing.T) {
	type variables = map[string]string
	for _, row := range []struct {
		name string
		Environment
		want string // in the message; "" means no message
	}{
		{"not set", linux(nil), ""},
		{"there", linux(variables{"BROWSER": "firefox"}, "firefox"), ""},
		{"not there", linux(variables{"BROWSER": "firefox"}), "no program in BROWSER is installed"},
		{"a batch file", onWindows(variables{"BROWSER": `C:\b\open.cmd`}, `C:\b\open.cmd`), "would run parts of an address as commands"},
		{"a shell that reads the address", linux(variables{"BROWSER": "sh -c 'firefox %s'"}, "sh"), "would run parts of an address as commands"},
		{"a batch file, and a browser", onWindows(variables{"BROWSER": `C:\b\open.cmd;C:\b.exe`}, `C:\b\open.cmd`, `C:\b.exe`), ""},
		{"a batch file that is not there", onWindows(variables{"BROWSER": `C:\b\open.cmd`}), "no program in BROWSER is installed"},
	} {
		t.Run(row.name, func(t *testing.T) {
			err := row.UnusableBrowser()
			if (err == nil) != (row.want == "") || err != nil && !strings.Contains(err.Error(), row.want) {
				t.Errorf("UnusableBrowser() = %v, want %q", err, row.want)
			}
		})
	}
}

func TestWindowsWords(t *testing.T) {
	for _, row := range []struct{ name, command, want string }{
		{"nothing", "", ""},
		{"blanks", " \t ", ""},
		{"words", "a  b\tc", "a|b|c"},
		{"a path in quotes", `"C:\Program Files\b.exe" -new`, `C:\Program Files\b.exe|-new`},
		{"a quote in the middle of a path", `C:\"Program Files"\b.exe`, `C:\Program Files\b.exe`},
		{"a backslash before the quote that ends a path", `"C:\new b\" x`, `C:\new b\|x`},
		{"a quote that belongs to an argument", `b "say \"%s\""`, `b|say "%s"`},
		{"a backslash at the end of an argument in quotes", `b "C:\x\\" y`, `b|C:\x\|y`},
		{"backslashes in an argument", `b \\share\x\`, `b|\\share\x\`},
		{"an empty argument", `b "" x`, `b||x`},
		{"a quote without an end", `b "x y`, `b|x y`},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := strings.Join(windowsWords(row.command), "|"); got != row.want {
				t.Errorf("windowsWords(%s) = %s, want %s", row.command, got, row.want)
			}
		})
	}
}

func TestBrowserArguments(t *testing.T) {
	for _, row := range []struct {
		name    string
		command []string
		address string
		want    []string // nil: rejected
	}{
		{"at the end", []string{"open"}, "https://h/a?b=c&d=e", []string{"open", "https://h/a?b=c&d=e"}},
		{"in its place", []string{"b", "--url=%s", "-x"}, "https://h/", []string{"b", "--url=https://h/", "-x"}},
		{"loopback", []string{"open"}, "http://127.0.0.1:8080/", []string{"open", "http://127.0.0.1:8080/"}},
		{"quotes and spaces are escaped", []string{"open"}, "https://h/a b'\"", []string{"open", "https://h/a%20b%27%22"}},
		{"plain http", []string{"open"}, "http://h/", nil},
		{"localhost by name", []string{"open"}, "http://localhost/", nil},
		{"file", []string{"open"}, "file:///etc/passwd", nil},
		{"javascript", []string{"open"}, "javascript:alert(1)", nil},
		{"option", []string{"open"}, "--help", nil},
		{"program of Windows", []string{"open"}, `C:\Windows\System32\calc.exe`, nil},
		{"no host", []string{"open"}, "https:///x", nil},
		{"no command", nil, "https://h/", nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			got, err := browserArguments(row.command, row.address)
			if (err != nil) != (row.want == nil) || !slices.Equal(got, row.want) && row.want != nil {
				t.Errorf("got %q, %v, want %q", got, err, row.want)
			}
		})
	}
}

func TestHasDesktop(t *testing.T) {
	for _, row := range []struct {
		name string
		Environment
		want, may bool
	}{
		{"macOS", linux(nil).on("darwin"), true, true},
		{"macOS in the background", linux(nil).on("darwin").inBackground(), false, true},
		{"Windows", onWindows(nil), true, true},
		{"Windows in session 0", onWindows(nil).inBackground(), false, true},
		{"X11", linux(map[string]string{"DISPLAY": ":0"}), true, true},
		{"a console", linux(nil), false, false},
		{"macOS over SSH", linux(map[string]string{"SSH_TTY": "/dev/ttys001"}).on("darwin"), false, false},
		{"a CI job", linux(map[string]string{"CI": "true"}).on("darwin"), false, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			if has, may := row.HasDesktop(), row.MayHaveDesktop(); has != row.want || may != row.may {
				t.Errorf("got %t and may %t", has, may)
			}
		})
	}
}

func TestIsBackgroundManager(t *testing.T) {
	for _, row := range []struct {
		name, answer string
		want         bool
	}{
		{"a person's login on the screen, and LaunchAgents", "Aqua\n", false},
		{"cron, SSH", "Background\n", true},
		{"a LaunchDaemon", "System\n", true},
		{"the login window", "LoginWindow\n", true},
		{"something new", "Spatial\n", false},
		{"no answer", "", false},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := isBackgroundManager(row.answer); got != row.want {
				t.Errorf("got %t", got)
			}
		})
	}
}

func TestWhyNoBrowserInBackground(t *testing.T) {
	if got := onWindows(nil).inBackground().WhyNoBrowser(); got != " (a service or a scheduled task, which has no desktop)" {
		t.Errorf("got %q", got)
	}
}

func TestWhyNoBrowser(t *testing.T) {
	for _, row := range []struct{ name, variable, want string }{
		{"SSH", "SSH_TTY", " (an SSH session)"},
		{"CI", "GITLAB_CI", " (a CI job)"},
		{"a browser of the terminal", "BROWSER", " (no program in BROWSER can be used)"},
		{"a console", "", " (no display)"},
		{"a desktop without a program", "DISPLAY", " (no program that opens a browser)"},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := linux(map[string]string{row.variable: "1"}).WhyNoBrowser(); got != row.want {
				t.Errorf("got %q, want %q", got, row.want)
			}
		})
	}
}
