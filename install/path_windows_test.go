package install

import (
	"testing"

	"golang.org/x/sys/windows/registry"
)

// TestRegistryPaths: the registry has the directories that every Windows has on its PATH,
// and not those that only this process has.
func TestRegistryPaths(t *testing.T) {
	system, err := registry.ExpandString(`%SystemRoot%\system32`)
	if err != nil {
		t.Fatal(err)
	}
	if !isOnWindowsPath(system, registryPaths(false)) {
		t.Errorf("%s is not on the machine's PATH: %v", system, registryPaths(false))
	}
	here := t.TempDir()
	t.Setenv("PATH", here)
	if isOnWindowsPath(here, registryPaths(true)) {
		t.Errorf("%s is on every PATH", here)
	}
}
