// Empty is the smallest possible credential helper in Go: it reads its standard input to
// the end. The benchmark compares doorkey with it.
package main

import (
	"io"
	"os"
)

func main() {
	// If the input cannot be read, there is nothing to do.
	_, _ = io.Copy(io.Discard, os.Stdin)
}
