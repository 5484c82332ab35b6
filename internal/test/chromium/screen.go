package chromium

import "net/http"

// widestPhone is the width in pixels up to which a screen is a phone's, where
// the page's own word on its width (the "viewport" element) counts.
const widestPhone = 600

// Resize gives the page a screen of this size, in pixels. Phone sizes work,
// too, which a window could not have.
func (b *Browser) Resize(width, height int) {
	b.t.Helper()
	b.devtools("Emulation.setDeviceMetricsOverride", object{
		"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width <= widestPhone,
	}, nil)
}

// Dark says whether the person likes dark pages better than light ones.
func (b *Browser) Dark(dark bool) {
	b.t.Helper()
	scheme := "light"
	if dark {
		scheme = "dark"
	}
	b.devtools("Emulation.setEmulatedMedia", object{
		"features": []object{{"name": "prefers-color-scheme", "value": scheme}},
	}, nil)
}

// Fits reports whether the whole page is on the screen, without scrolling.
func (b *Browser) Fits() bool {
	b.t.Helper()
	var fits bool
	b.run(`const page = document.documentElement
return page.scrollWidth <= page.clientWidth && page.scrollHeight <= page.clientHeight`, &fits)
	return fits
}

// Screenshot returns what the screen shows, as PNG.
func (b *Browser) Screenshot() []byte {
	b.t.Helper()
	var picture []byte // in base64, as Go reads it
	b.call(http.MethodGet, "/screenshot", nil, &picture)
	return picture
}
