// Manual writes the manual page and the completions again, from the table of commands and
// options.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"git-credential-doorkey/internal/manual"
)

func main() {
	for path, content := range manual.Generated() {
		// go generate runs it in internal/manual.
		if err := os.WriteFile(filepath.Join("..", "..", path), []byte(content), 0o644); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}
