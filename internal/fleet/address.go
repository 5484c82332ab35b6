package fleet

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"git-credential-doorkey/internal/secret"
)

// Kind is the kind of an engine.
type Kind string

// The engines.
const (
	Kubernetes Kind = "kubernetes"
	Vault      Kind = "vault"
	Etcd       Kind = "etcd"
)

// Address says where a fleet's records are, in the form of credential.<url>.oauthFleet:
//
//	kubernetes:NAMESPACE/SECRET
//	vault+https://HOST/MOUNT/PATH
//	etcd+https://HOST:PORT/PREFIX
type Address struct {
	Kind Kind
	// URL is the engine's, without a path: "https://vault.example:8200". It is empty for
	// Kubernetes: a pod's environment has it.
	URL string
	// Place is the rest: namespace and Secret, mount and path, or a prefix.
	Place string
}

// ParseAddress reads an address. Without TLS it must be on this machine.
func ParseAddress(text string) (Address, error) {
	const forms = "\nit must be kubernetes:NAMESPACE/SECRET, vault+https://HOST/MOUNT/PATH or etcd+https://HOST:PORT/PREFIX"
	if place, found := strings.CutPrefix(text, string(Kubernetes)+":"); found {
		namespace, name, _ := strings.Cut(place, "/")
		if namespace == "" || name == "" || strings.Contains(name, "/") {
			return Address{}, fmt.Errorf("%q does not name a namespace and a Secret"+forms, text)
		}
		return Address{Kind: Kubernetes, Place: place}, nil
	}
	kind, rest, _ := strings.Cut(text, "+")
	if Kind(kind) != Vault && Kind(kind) != Etcd {
		return Address{}, fmt.Errorf("%q is not an engine that doorkey supports"+forms, secret.HideIn(text))
	}
	address, err := url.Parse(rest)
	switch {
	case err != nil || address.Host == "" || address.RawQuery != "" || address.Fragment != "":
		return Address{}, fmt.Errorf("%q is not an address"+forms, secret.HideIn(text))
	case address.User != nil:
		return Address{}, errors.New("the fleet's address contains a user name or a password, which other users can read\nput the engine's token in a file, or store the password in one of git's credential helpers")
	case address.Scheme != "https" && !(address.Scheme == "http" && isLoopback(address.Hostname())):
		return Address{}, fmt.Errorf("%q is not https; without TLS, the engine must be on this machine", text)
	}
	place := strings.Trim(address.Path, "/")
	if mount, path, _ := strings.Cut(place, "/"); place == "" || Kind(kind) == Vault && (mount == "" || path == "") {
		return Address{}, fmt.Errorf("%q has no path in the engine"+forms, text)
	}
	return Address{Kind(kind), address.Scheme + "://" + address.Host, place}, nil
}

func isLoopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

// InCluster returns the URL of the Kubernetes cluster that a pod runs in, from the
// variables of the environment.
func InCluster(variable func(string) string) (string, error) {
	host, port := variable("KUBERNETES_SERVICE_HOST"), variable("KUBERNETES_SERVICE_PORT")
	if host == "" || port == "" {
		return "", errors.New("KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set: this is not a pod of a Kubernetes cluster\n" +
			"run git in a pod, or set them to the cluster's API server")
	}
	return "https://" + net.JoinHostPort(host, port), nil
}

// Files that Kubernetes mounts into each pod, and replaces while it runs.
const (
	PodTokenFile = "/var/run/secrets/kubernetes.io/serviceaccount/token"
	PodCAFile    = "/var/run/secrets/kubernetes.io/serviceaccount/ca.crt"
)

// String returns the address as messages name it.
func (a Address) String() string {
	switch a.Kind {
	case Kubernetes:
		return "the Secret " + a.Place + " of Kubernetes"
	case Vault:
		return "Vault at " + a.URL
	}
	return "etcd at " + a.URL
}

// Access is how to reach an engine.
type Access struct {
	Client *http.Client
	// Time limits a read or a swap; 0 means 8 s.
	Time time.Duration
	// Token returns the token for Kubernetes and Vault. It is called for each request,
	// because its file may be replaced.
	Token func() (secret.Text, error)
	// Login returns the user and password for etcd; no user if it has no users.
	Login func(context.Context) (user string, password secret.Text, err error)
}

// Open returns the record with a name (Name.InEngine) at the address.
func (a Address) Open(access Access, record string) Register {
	e := engine{client: access.Client, base: a.URL, time: cmp.Or(access.Time, requestTime)}
	first, rest, _ := strings.Cut(a.Place, "/")
	switch a.Kind {
	case Kubernetes:
		e.authorize = bearer("Authorization", "Bearer ", access.Token)
		return &kubernetesSecret{engine: e, namespace: first, name: rest, key: record}
	case Vault:
		e.authorize = bearer("X-Vault-Token", "", access.Token)
		return &vaultSecret{engine: e, path: "/v1/" + first + "/data/" + rest + "/" + record}
	}
	return &etcdKey{engine: e, key: []byte(a.Place + "/" + record), login: access.Login}
}
