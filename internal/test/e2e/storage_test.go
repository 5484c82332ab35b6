package e2e

import "testing"

// TestStorage: doorkey stores passwords as git's own helpers do ("git help gitcredentials",
// "git help credential-store"). Each row runs the real "git credential" with git's store,
// git's cache and doorkey as the only helper.
func TestStorage(t *testing.T) {
	forEachKeeper(t, func(t *testing.T, fresh func(*testing.T) keeper) {
		for _, row := range storageRows() {
			t.Run(row.name, func(t *testing.T) {
				t.Parallel()
				if row.git != "" && !isGit(t, row.git) {
					t.Skipf("needs git %s, which passes these attributes on", row.git)
				}
				k := fresh(t)
				since, differs := row.own[k.name]
				row.check(t, k, differs && (since == "" || !isGit(t, since)))
			})
		}
	})
}

// check performs the steps of a row. If a helper of git's is known to answer differently,
// it has to do so: the row says what doorkey does better.
func (row storageRow) check(t *testing.T, k keeper, differs bool) {
	if row.usePath {
		k.git(t, "", "config", "--global", "credential.useHttpPath", "true")
	}
	var complaints []string
	for _, step := range row.steps {
		if complaint := k.take(t, step); complaint != "" {
			complaints = append(complaints, complaint)
		}
	}
	if differs && len(complaints) == 0 {
		t.Errorf("git's own %s does all of this as well: say so in the row", k.name)
	}
	for _, complaint := range complaints {
		if !differs {
			t.Error(complaint)
		}
	}
}

func isGit(t *testing.T, version string) bool {
	t.Helper()
	newer, err := gitIsAtLeast(version)
	if err != nil {
		t.Fatal(err)
	}
	return newer
}
