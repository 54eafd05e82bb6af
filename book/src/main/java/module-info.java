import org.jspecify.annotations.NullMarked;

/** The book: runs its pages, checks them, and writes them as a site, as notebooks and as programs. */
@NullMarked
module fathom.book {
    requires static org.jspecify;
    requires fathom;
    requires fathom.board;
    requires jdk.httpserver;
    requires jdk.jshell;
    requires org.commonmark;
    requires org.yaml.snakeyaml;
    requires tools.jackson.databind;

    exports fathom.book;
    exports fathom.book.cells;
    exports fathom.book.check;
    exports fathom.book.page;
    exports fathom.book.run;
    exports fathom.book.serve;
    exports fathom.book.write;
}
