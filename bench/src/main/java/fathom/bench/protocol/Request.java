package fathom.bench.protocol;

/** A line from the bench to a side's process. */
public sealed interface Request {
    /**
     * Creates the operands of a row.
     *
     * @param row its id
     */
    record Open(String row) implements Request {}

    /**
     * Runs the open row's workload.
     *
     * @param times the number of calls
     */
    record Run(long times) implements Request {}

    /** Frees the open row's operands. */
    record Close() implements Request {}

    /** Reports the memory of the process. */
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
     * {@return the request in a line}
     *
     * @throws IllegalArgumentException if the line is not part of this protocol
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
            default -> throw new IllegalArgumentException("not a request of the bench: \"" + line + "\"");
        };
    }
}
