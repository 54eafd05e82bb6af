package fathom.bench.protocol;

/** A line from a side's process to the bench. */
public sealed interface Answer {
    /**
     * The process is ready; its first line.
     *
     * @param side its description
     */
    record Hello(String side) implements Answer {}

    /** The request was executed. */
    record Done() implements Answer {}

    /**
     * The workload was run.
     *
     * @param nanos the total time
     */
    record Took(long nanos) implements Answer {}

    /**
     * The resident memory of the process, in bytes.
     *
     * @param now at this moment
     * @param peak the peak so far
     */
    record Resident(long now, long peak) implements Answer {}

    /**
     * The request failed.
     *
     * @param reason the reason, in one line
     */
    record Failed(String reason) implements Answer {}

    /** {@return the line} */
    default String line() {
        return switch (this) {
            case Hello(String side) -> "hello " + oneLine(side);
            case Done() -> "done";
            case Took(long nanos) -> "took " + nanos;
            case Resident(long now, long peak) -> "resident " + now + " " + peak;
            case Failed(String reason) -> "failed " + oneLine(reason);
        };
    }

    /**
     * {@return the answer in a line}
     *
     * @throws IllegalArgumentException if the line is not part of this protocol
     */
    static Answer parse(String line) {
        String[] words = line.split(" ", 2);
        String rest = words.length == 2 ? words[1] : "";
        return switch (words[0]) {
            case "hello" -> new Hello(rest);
            case "done" -> new Done();
            case "took" -> new Took(Long.parseLong(rest));
            case "resident" -> {
                String[] numbers = rest.split(" ");
                if (numbers.length != 2) {
                    throw new IllegalArgumentException("expected two numbers, got \"" + line + "\"");
                }
                yield new Resident(Long.parseLong(numbers[0]), Long.parseLong(numbers[1]));
            }
            case "failed" -> new Failed(rest);
            default -> throw new IllegalArgumentException("not an answer to the bench: \"" + line + "\"");
        };
    }

    private static String oneLine(String text) {
        return text.strip().replaceAll("\\s*\\R\\s*", "; ");
    }
}
