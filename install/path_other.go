//go:build !windows

package install

// registryPaths is nothing where there is no registry.
func registryPaths(bool) []registryPath { return nil }
