package main

// guardsOfProtocol returns the guards of git's protocol and git's configuration.
func guardsOfProtocol() []guard {
	const (
		read, host, request, response = "credential/read.go", "credential/host.go", "credential/request.go", "credential/response.go"
		refuses                       = "credential TestReadRefuses"
	)
	return []guard{
		{"a carriage return ends no line", refuses, read, `strings.ContainsRune(line, '\r')`, `false`},
		{"a carriage return without its line feed is none of the line's end", refuses, read, `if whole {`, `if whole || true {`},
		{"a NUL ends no line", refuses, read, `strings.ContainsRune(line, 0)`, `false`},
		{"a line has an end", refuses, read, `case err == bufio.ErrBufferFull:`, `case err == bufio.ErrBufferFull && false:`},
		{"a line is not too long", refuses, read, `case len(line) > maxLine:`, `case false:`},
		{"a key is given once", refuses, read, `known && given[key]`, `known && false`},
		{"a line is a key and a value", refuses, read, `if !found {`, `if !found && false {`},
		{"errors name no value", "credential TestReadErrorsNameNoValue", read, `fmt.Errorf("%q appears twice", key)`, `fmt.Errorf("%q appears twice", line)`},
		{"a protocol is a scheme", refuses, read, `r.Protocol, err = value, checkProtocol(value)`, `r.Protocol, err = value, error(nil)`},
		{"a host is a host", "credential TestAttackByHost", read, `r.Host, err = value, checkHost(value)`, `r.Host, err = value, error(nil)`},
		{"a host has nothing for a shell", "credential TestAttackByHost", host, `"!$&'()*+,;=`, `"`},
		{"a host's port is a number", "credential TestAttackByHost", host, `err != nil || number == 0 || port[0] == '0'`, `err != nil && number == 0 && false`},
		{"a host has a name", refuses, host, `if name == "" && host != "" {`, `if false {`},
		{"an IPv6 address has no zone", "credential TestAttackByHost", host, `zone != ""`, `false`},
		{"an origin has a scheme", "credential TestAttackByLookalike", request, `return scheme + "://" + host`, `return "https://" + host`},
		{"an origin has a port", "credential TestAttackByLookalike", request, `port == defaultPorts[scheme] {`, `port != "" {`},
		{"letters beyond ASCII stay what they are", "credential TestOrigin", request, `return strings.Map(func(c rune) rune {`, `return strings.ToLower(text) + strings.Map(func(c rune) rune { return -1 }, "") + strings.Map(func(c rune) rune {`},
		{"no server adds lines to an answer", "credential TestWriteRefusesLinesOfAServersOwn", response, `if strings.ContainsAny(pair[1], "\n\r\x00") {`, `if strings.ContainsAny(pair[1], "") {`},

		{"settings come from no repository", "internal/test/e2e TestAttackByRepository", "internal/gitconfig/config.go", `func isTrusted(l line) bool { return !l.IsOfRepository() }`, `func isTrusted(line) bool { return true }`},
		{"no repository turns off what is checked", "internal/test/e2e TestAttackByRepositorysTrust", "internal/gitconfig/config.go", `func isTrusted(l line) bool { return !l.IsOfRepository() }`, `func isTrusted(line) bool { return true }`},
		{"what is said of a host comes from no repository", "internal/gitconfig TestNoRepositoryIsHeard", "internal/gitconfig/config.go", `if !l.IsOfRepository() && l.isOf(section)`, `if l.isOf(section)`},
		{"settings come from no file that a variable names", "internal/gitconfig TestForURLListensToNoRepository", "internal/gitconfig/files.go", `strings.HasPrefix(variable, "GIT_CONFIG=")`, `false`},
		{"settings are a person's own by what git knows them for", "internal/gitconfig TestForURLHearsWhatGitHears", "internal/gitconfig/files.go", `return e.Scope != System.String() && e.Scope != Global.String() && e.Scope != "command"`, `return e.Scope == "worktree"`},
		{"helpers come from no repository", "internal/gitconfig TestFill", "internal/gitconfig/gitconfig.go", `return append(kept, "GIT_DIR="+os.DevNull)`, `return append(kept, "A="+os.DevNull)`},
	}
}
