package e2e

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// showsNoSecret is "shows-no-secret FILE-OR-DIRECTORY...". It fails if any of these files
// contains a token or code that the server issued, or a password from the script's file
// "others", in any form from which the secret could be recovered.
func showsNoSecret(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: shows-no-secret FILE-OR-DIRECTORY...")
	}
	secrets := append(ts.Value(serverOf{}).(*serverOf).Secrets(), strings.Fields(ts.ReadFile("others"))...)
	if len(secrets) < 4 {
		ts.Fatalf("only %d secrets are known: nothing has happened yet", len(secrets))
	}
	searched := 0
	for _, root := range args {
		ts.Check(filepath.WalkDir(ts.MkAbs(root), func(path string, entry fs.DirEntry, err error) error {
			if err != nil || !entry.Type().IsRegular() {
				return err
			}
			content, err := os.ReadFile(path)
			searched++
			if found := secretIn(content, secrets); found != "" {
				ts.Fatalf("%s shows a secret as %s", path, found)
			}
			return err
		}))
	}
	if searched == 0 {
		ts.Fatalf("there is no file in %q", args)
	}
}

// secretIn returns the form in which the content contains one of the secrets.
func secretIn(content []byte, secrets []string) string {
	for _, secret := range secrets {
		for form, written := range map[string]string{
			"it is": secret, "a part": secret[:min(len(secret), 16)], "base64": base64.RawStdEncoding.EncodeToString([]byte(secret)),
			"the password of Basic": base64.RawStdEncoding.EncodeToString([]byte("oauth2:" + secret)), "hexadecimal": hex.EncodeToString([]byte(secret)),
			"a part of a URL": url.QueryEscape(secret), "two bytes a character": strings.Join(strings.Split(secret, ""), "\x00"),
		} {
			if bytes.Contains(content, []byte(written)) {
				return form
			}
		}
	}
	return ""
}
