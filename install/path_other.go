//go:build !windows

package install

// registryPaths returns nothing on systems without a registry.
func registryPaths(bool) []registryPath { return nil }
