// Empty is the least that a credential helper in Go can be: it reads its
// standard input to the end. The benchmark measures doorkey by it.
package main

import (
	"io"
	"os"
)

func main() {
	// What cannot be read is as good as read: there is nothing to do with it.
	_, _ = io.Copy(io.Discard, os.Stdin)
}
