package fathom.bench.protocol;

/** A line from the bench to a side's process. */
public sealed interface Request {
    /**
     * Make the operands of a row.
     *
     * @param row its id
     */
    record Open(String row) implements Request {}

    /**
     * Do the open row's work.
     *
     * @param times how often
     */
    record Run(long times) implements Request {}

    /** Give the open row's operands back. */
    record Close() implements Request {}

    /** Tell the memory of the process. */
    record Memory() implements Request {}

    /** {@return the line} */
    default String line() {
        return switch (this) {
            case Open(String row) -> "open " + row;
            case Run(long times) -> "run " + times;
            case Close() -> "close";
            case Memory() -> "memory";
        };
    }

    /**
     * {@return what a line asks for}
     *
     * @throws IllegalArgumentException if it is none of this protocol
     */
    static Request parse(String line) {
        int space = line.indexOf(' ');
        String word = space < 0 ? line : line.substring(0, space);
        String rest = space < 0 ? "" : line.substring(space + 1);
        return switch (word) {
            case "open" -> new Open(rest);
            case "run" -> new Run(Long.parseLong(rest));
            case "close" -> new Close();
            case "memory" -> new Memory();
            default -> throw new IllegalArgumentException("no request of the bench: \"" + line + "\"");
        };
    }
}
