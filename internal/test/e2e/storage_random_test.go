package e2e

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"git-credential-doorkey/internal/test/parts"
)

// attributes are the attributes of a credential in a request. A missing key is not in the
// request.
type attributes map[string]string

// matches is git's rule (credential_match): if a wanted attribute is not given, any value
// matches.
func (wanted attributes) matches(kept attributes, keys ...string) bool {
	return !slices.ContainsFunc(keys, func(key string) bool {
		value, said := wanted[key]
		had, has := kept[key]
		return said && (!has || value != had)
	})
}

func (wanted attributes) String() string {
	var lines strings.Builder
	for _, key := range []string{"protocol", "host", "path", "username", "password"} {
		if value, said := wanted[key]; said {
			fmt.Fprintf(&lines, "%s=%s\n", key, value)
		}
	}
	return lines.String()
}

// model is the simplest correct helper. It stores credentials, the newest first.
type model []attributes

func (m *model) take(verb string, wanted attributes) string {
	place := []string{"protocol", "host", "path", "username"}
	switch verb {
	case "store":
		*m = slices.DeleteFunc(*m, func(kept attributes) bool { return wanted.matches(kept, place...) })
		*m = slices.Insert(*m, 0, wanted)
	case "erase":
		*m = slices.DeleteFunc(*m, func(kept attributes) bool { return wanted.matches(kept, append(place, "password")...) })
	case "get":
		for _, kept := range *m {
			if wanted.matches(kept, place...) {
				return answerIn(kept.String())
			}
		}
		return "?:?"
	}
	return ""
}

// TestStorageAtRandom: doorkey and git's store helper answer as the model does, whatever
// they store and erase, in any order.
func TestStorageAtRandom(t *testing.T) {
	parts.Long(t)
	home := t.TempDir()
	config := filepath.Join(home, "config")
	if err := os.WriteFile(config, []byte("[credential]\n\toauthStore = file\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("GIT_CONFIG_GLOBAL", config)
	t.Setenv("GIT_CONFIG_NOSYSTEM", "1")
	for seed := range uint64(8) {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			directory := t.TempDir()
			t.Setenv("DOORKEY_STATE_DIR", filepath.Join(directory, "state"))
			random := rand.New(rand.NewPCG(seed, 0))
			// Before git 2.42, store's erase ignores the password.
			namesPasswords := seed%2 == 0
			withGits := !namesPasswords || isGit(t, "2.42")
			var kept model
			var sofar strings.Builder
			for range 150 {
				verb, wanted := anyStep(random, namesPasswords)
				fmt.Fprintf(&sofar, "%s\n%s\n", verb, wanted)
				want := kept.take(verb, wanted)
				if got := runDoorkey(t, verb, wanted.String()); verb == "get" && answerIn(got) != want {
					t.Fatalf("doorkey answers %q, want %q, after\n%s", answerIn(got), want, sofar.String())
				}
				if !withGits {
					continue
				}
				if got := runStore(t, filepath.Join(directory, "kept"), verb, wanted.String()); verb == "get" && answerIn(got) != want {
					t.Fatalf("git's store answers %q, want %q, after\n%s", answerIn(got), want, sofar.String())
				}
			}
		})
	}
}

// anyStep returns a random verb and request. There are few possible values, so that
// requests often concern the same credential.
func anyStep(random *rand.Rand, namesPasswords bool) (string, attributes) {
	draw := func(from ...string) string { return from[random.IntN(len(from))] }
	const leftOut = "left out"
	verb := draw("store", "store", "erase", "get", "get", "get")
	drawn := attributes{
		"protocol": draw("https", "https", "http", "smtp"), "host": draw("a.example", "a.example", "a.example:8443", "b.example"),
		"path": draw(leftOut, leftOut, "x", "x/y"), "username": draw("alice", "bob", ""), "password": draw("one", "two", ""),
	}
	if verb != "store" {
		drawn["username"] = draw(leftOut, leftOut, "alice", "bob", "")
	}
	if verb == "get" || verb == "erase" && (!namesPasswords || random.IntN(2) == 0) {
		drawn["password"] = leftOut
	}
	for key, value := range drawn {
		if value == leftOut {
			delete(drawn, key)
		}
	}
	return verb, drawn
}

func runDoorkey(t *testing.T, verb, request string) string {
	t.Helper()
	var stdout, stderr bytes.Buffer
	doorkey := exec.Command("git-credential-doorkey", verb)
	doorkey.Stdin, doorkey.Stdout, doorkey.Stderr = strings.NewReader(request), &stdout, &stderr
	if err := doorkey.Run(); err != nil {
		t.Fatalf("%s: %v: %s", verb, err, stderr.String())
	}
	return stdout.String()
}

func runStore(t *testing.T, file, verb, request string) string {
	t.Helper()
	store := exec.Command("git", "credential-store", "--file", file, verb)
	store.Stdin = strings.NewReader(request)
	output, err := store.Output()
	if err != nil {
		t.Fatalf("git credential-store %s: %v", verb, err)
	}
	return string(output)
}
