package fathom.book.serve;

/** tbd */
public final class BookServer {
    private BookServer() {}
}
