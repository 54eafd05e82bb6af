/** Architectures as text: networks of built-in layers are described as they print, and made from their description. */
@NullMarked
package fathom.nn.architecture;

import org.jspecify.annotations.NullMarked;
