// Vault is Vault with its key-value engine, for the tests of doorkey that need a real
// one. It is a module of its own: nothing of it gets into doorkey.
//
//	vault ADDRESS CERTIFICATE KEY DIRECTORY
//
// It stores its data in the directory, and the keys to them as well, so that it opens
// them by itself when it is started again. The file init.json has the root token.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"

	"github.com/hashicorp/go-hclog"
	kv "github.com/hashicorp/vault-plugin-secrets-kv"
	vaulthttp "github.com/hashicorp/vault/http"
	"github.com/hashicorp/vault/sdk/helper/consts"
	"github.com/hashicorp/vault/sdk/logical"
	"github.com/hashicorp/vault/sdk/physical/file"
	"github.com/hashicorp/vault/vault"
)

func main() {
	if len(os.Args) != 5 {
		fmt.Fprintln(os.Stderr, "usage: vault ADDRESS CERTIFICATE KEY DIRECTORY")
		os.Exit(2)
	}
	if err := serve(os.Args[1], os.Args[2], os.Args[3], os.Args[4]); err != nil {
		fmt.Fprintln(os.Stderr, "vault:", err)
		os.Exit(1)
	}
}

func serve(address, certificate, key, directory string) error {
	logger := hclog.New(&hclog.LoggerOptions{Output: os.Stderr, Level: hclog.Info})
	storage, err := file.NewFileBackend(map[string]string{"path": filepath.Join(directory, "storage")}, logger)
	if err != nil {
		return err
	}
	core, err := vault.NewCore(&vault.CoreConfig{
		Physical: storage, Logger: logger, DisableMlock: true,
		LogicalBackends: map[string]logical.Factory{"kv": kv.Factory}, BuiltinRegistry: noPlugins{},
	})
	if err != nil {
		return err
	}
	if err := unseal(context.Background(), core, filepath.Join(directory, "init.json")); err != nil {
		return err
	}
	return http.ListenAndServeTLS(address, certificate, key, vaulthttp.Handler.Handler(&vault.HandlerProperties{Core: core}))
}

// unseal opens the storage with the key in the file, and makes both the first time.
func unseal(ctx context.Context, core *vault.Core, keys string) error {
	var made vault.InitResult
	content, err := os.ReadFile(keys)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		one := &vault.SealConfig{SecretShares: 1, SecretThreshold: 1}
		result, err := core.Initialize(ctx, &vault.InitParams{BarrierConfig: one, RecoveryConfig: one})
		if err != nil {
			return err
		}
		made = *result
		if content, err = json.Marshal(made); err != nil {
			return err
		}
		if err := os.WriteFile(keys, content, 0o600); err != nil {
			return err
		}
	case err != nil:
		return err
	default:
		if err := json.Unmarshal(content, &made); err != nil {
			return err
		}
	}
	_, err = core.Unseal(made.SecretShares[0])
	return err
}

// noPlugins is a registry without plugins: the key-value engine is a backend.
type noPlugins struct{}

func (noPlugins) Contains(string, consts.PluginType) bool { return false }

func (noPlugins) Get(string, consts.PluginType) (func() (any, error), bool) { return nil, false }

func (noPlugins) Keys(consts.PluginType) []string { return nil }

func (noPlugins) DeprecationStatus(string, consts.PluginType) (consts.DeprecationStatus, bool) {
	return consts.Unknown, false
}

func (noPlugins) IsBuiltinEntPlugin(string, consts.PluginType) bool { return false }
