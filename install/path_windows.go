package install

import (
	"os"

	"golang.org/x/sys/windows/registry"
)

// registryPaths returns the PATHs that programs start with: the machine's, and the user's if it counts. It omits one
// that cannot be read.
func registryPaths(ofUser bool) (paths []registryPath) {
	const machine = `SYSTEM\CurrentControlSet\Control\Session Manager\Environment`
	paths = appendPath(paths, registry.LOCAL_MACHINE, machine)
	if ofUser {
		paths = appendPath(paths, registry.CURRENT_USER, "Environment")
	}
	return paths
}

func appendPath(paths []registryPath, root registry.Key, name string) []registryPath {
	key, err := registry.OpenKey(root, name, registry.QUERY_VALUE)
	if err != nil {
		return paths
	}
	defer key.Close()
	value, kind, err := key.GetStringValue("Path")
	switch {
	case err != nil:
		return paths
	case kind == registry.EXPAND_SZ:
		return append(paths, registryPath{value, os.Getenv})
	}
	return append(paths, registryPath{value: value})
}
