// Package e2e tests the whole program as it is built, with real git, against fake and real
// servers.
package e2e
