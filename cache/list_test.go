package cache

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"git-credential-doorkey/internal/secret"
)

func TestList(t *testing.T) {
	c := &Cache{Directory: filepath.Join(t.TempDir(), "state")}
	if kept, err := c.List(); err != nil || len(kept) > 0 {
		t.Errorf("without a directory: %v, %v", kept, err)
	}

	account, secrets := grant("")
	put(t, c, InFile, account, secrets)
	put(t, c, InFile, Account{Username: "alice"}, Secrets{Password: secret.New("p")})
	putPasswords(t, c, passwordFor("bob", "b", 1800000001), passwordFor("bob", "a", 1800000000), passwordFor("bob", "c", 1))
	if err := os.WriteFile(c.pathFile(origin, "c").path, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	good, err := os.ReadFile(c.path(origin, ".json"))
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{
		"https-b.example.json": "{",
		"https-c.example.json": string(good), // a copy of another origin's file
		"https-d.example.json": `{"version": 3, "origin": "https://d.example"}`,
		"https-e.example.json": "",
	} {
		if err := writePrivate(filepath.Join(c.Directory, name), []byte(content)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(c.Directory, "https-f.example.json"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := openToOthers(filepath.Join(c.Directory, "https-e.example.json")); err != nil {
		t.Fatal(err)
	}
	only := lock(t, c, "https://only.example")
	if _, err := only.Put(t.Context(), InFile, Account{Username: "carol", Path: "a"}, Secrets{}); err != nil {
		t.Fatal(err)
	}
	only.Unlock()

	kept, err := c.List()
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, k := range kept {
		if !c.Holds(k, origin) && strings.Contains(k.File, "gitlab.example.com") {
			t.Errorf("%s is not one of the origin", k.File)
		}
		line := filepath.Base(k.File) + " " + k.Origin
		for _, account := range k.Accounts {
			line += " " + account.Provider + ":" + account.Username + account.Path
		}
		if k.Problem != nil {
			line += "! " + k.Problem.Error()
		}
		got = append(got, line)
	}
	want := []string{
		"https-b.example.json ! damaged: ",
		"https-c.example.json ! contains accounts of \"https://gitlab.example.com\", which belong in another file",
		"https-d.example.json ! written by a newer doorkey",
		"https-e.example.json ! \"" + filepath.Join(c.Directory, "https-e.example.json") + "\": other users can read or change it",
		"https-f.example.json ! \"" + filepath.Join(c.Directory, "https-f.example.json") + "\" is not a regular file",
		"https-gitlab.example.com.json https://gitlab.example.com :bobb :boba :alice gitlab:",
		pathFileName("c") + " ! damaged: ",
		"https-only.example.paths https://only.example :carola",
	}
	if !slices.EqualFunc(got, want, strings.HasPrefix) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
