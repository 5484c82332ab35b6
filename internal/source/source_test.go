package source

import "testing"

func TestAdviceNamesWhatCounts(t *testing.T) {
	const (
		ofHost  = "http.https://h.example.sslCAInfo"
		ofPath  = "http.https://h.example/group.sslCAInfo"
		forAll  = "http.sslCAInfo"
		runHost = "run: git config --global " + ofHost + " <file>"
	)
	for _, row := range []struct {
		name    string
		setting Setting
		key     string
		named   string // Name
		advice  string // ToSet
	}{
		{"nothing is set", Setting{}, ofHost, ofHost, runHost},
		{"a variable", Setting{Variable: "GIT_SSL_CAINFO"}, ofHost, "GIT_SSL_CAINFO",
			"set GIT_SSL_CAINFO to <file>; or unset that variable, which overrides git's configuration, and " + runHost},
		{"a variable and a key for a path", Setting{Variable: "GIT_SSL_CAINFO", Key: ofPath}, ofHost, "GIT_SSL_CAINFO",
			"set GIT_SSL_CAINFO to <file>; or unset that variable, which overrides git's configuration, and run: git config --global " + ofPath + " <file>"},
		{"a key for all hosts", Setting{Key: forAll}, ofHost, ofHost, runHost},
		{"a key for all hosts, where that is the one to set", Setting{Key: forAll}, forAll, forAll, "run: git config --global " + forAll + " <file>"},
		{"a key for the host, where the one for all would be set", Setting{Key: ofHost}, forAll, ofHost, runHost},
		{"a key for the host", Setting{Key: ofHost}, ofHost, ofHost, runHost},
		{"a key for a pattern", Setting{Key: "http.https://*.example.sslCAInfo"}, ofHost, ofHost, runHost},
		{"a key for a path", Setting{Key: ofPath}, ofHost, ofPath, "run: git config --global " + ofPath + " <file>"},
		{"a key for a user", Setting{Key: "http.https://ada@h.example.sslCAInfo"}, ofHost, "http.https://ada@h.example.sslCAInfo",
			"run: git config --global http.https://ada@h.example.sslCAInfo <file>"},
		{"git -c for all hosts", Setting{Key: forAll, OnCommandLine: true}, ofHost, ofHost, runHost},
		{"git -c for the host", Setting{Key: ofHost, OnCommandLine: true}, ofHost, ofHost,
			"set " + ofHost + " to <file> where it is set now: by \"git -c\", or by GIT_CONFIG_COUNT or GIT_CONFIG_PARAMETERS"},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := row.setting.Name(row.key); got != row.named {
				t.Errorf("Name: %q, want %q", got, row.named)
			}
			if got := row.setting.ToSet(row.key, "<file>"); got != row.advice {
				t.Errorf("ToSet: %q, want %q", got, row.advice)
			}
		})
	}
}
