import org.jspecify.annotations.NullMarked;

/** A live page of training runs for the browser. */
@NullMarked
module fathom.board {
    requires static org.jspecify;
    requires fathom.train;
    requires jdk.httpserver;
    requires tools.jackson.databind;

    exports fathom.board;
    exports fathom.board.http to
            fathom.book;
}
