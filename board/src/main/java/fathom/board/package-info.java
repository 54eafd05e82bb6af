/** A live page of training runs for the browser: {@link fathom.board.Board}. */
@org.jspecify.annotations.NullMarked
package fathom.board;
