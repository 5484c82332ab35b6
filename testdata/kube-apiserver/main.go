// Kube-apiserver is the API server of Kubernetes, for the tests of doorkey that need a
// real one. It is a module of its own: nothing of it gets into doorkey.
package main

import (
	"os"

	"k8s.io/component-base/cli"
	"k8s.io/kubernetes/cmd/kube-apiserver/app"
)

func main() { os.Exit(cli.Run(app.NewAPIServerCommand())) }
