/** Web servers for this machine alone, as the board and the book are. */
@NullMarked
package fathom.board.http;

import org.jspecify.annotations.NullMarked;
