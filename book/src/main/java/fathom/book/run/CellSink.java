package fathom.book.run;

import fathom.Tensor;
import fathom.plot.LiveDisplay;
import fathom.plot.Plot;
import fathom.plot.Theme;
import fathom.train.ProgressView;
import fathom.train.display.RenderedValue;
import fathom.train.display.ValueRenderer;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.DoubleStream;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** Where the outputs of the running cell go, in the JVM of a page. */
public final class CellSink {
    /** No figure of the book needs more. */
    private static final int MOST_SVG_CHARACTERS = 4_000_000;

    private static final int MOST_OUTPUTS = 200;

    /** Pictures that readers move show few numbers. */
    private static final int MOST_NUMBERS = 20_000;

    /** Thrown at a cell that prints without end. */
    static final class OutputLimitError extends Error {
        private static final long serialVersionUID = 1;

        OutputLimitError(String message) {
            super(message);
        }
    }

    private static volatile Consumer<Map<String, Object>> events = event -> {};
    private static int characters;
    private static int most = Integer.MAX_VALUE;
    private static int ids;
    private static int outputs;

    private CellSink() {}

    /** Has all outputs of this process become events: what is printed, live figures, the progress of trainings. */
    static void open(Consumer<Map<String, Object>> consumer, int mostCharacters) {
        events = consumer;
        most = mostCharacters;
        System.setOut(new PrintStream(new Stream("printed"), true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(new Stream("noted"), true, StandardCharsets.UTF_8));
        LiveDisplay.use(new Figure(0));
        ProgressView.use(() -> {
            int id = newId();
            return state -> emit(id, ValueRenderer.progress(state));
        });
    }

    /** Begins a cell. */
    static synchronized void begin() {
        characters = 0;
        outputs = 0;
    }

    /** Shows a value. */
    public static void show(@Nullable Object value) {
        System.out.flush();
        emit(newId(), ValueRenderer.render(value));
    }

    /**
     * Sends the numbers of a variable.
     *
     * @throws IllegalArgumentException if it has none, or too many
     */
    public static void values(String name, @Nullable Object value) {
        var event = new LinkedHashMap<String, Object>();
        event.put("event", "values");
        event.put("name", name);
        switch (value) {
            case Tensor tensor when tensor.numel() <= MOST_NUMBERS -> {
                event.put("shape", LongStream.of(tensor.shape().dims()).boxed().toList());
                double[] data = tensor.detach().flatten().to(fathom.DType.FLOAT64).toArray(double[].class);
                event.put("data", DoubleStream.of(data).boxed().toList());
            }
            case Tensor tensor ->
                    throw new IllegalArgumentException(
                            "%s has %s elements; a picture shows up to %s"
                                    .formatted(name, tensor.numel(), MOST_NUMBERS));
            case Number number -> {
                event.put("shape", java.util.List.of());
                event.put("data", java.util.List.of(number.doubleValue()));
            }
            case null, default ->
                    throw new IllegalArgumentException(name + " is neither a tensor nor a number, which pictures show");
        }
        events.accept(event);
    }

    private static synchronized int newId() {
        if (++outputs > MOST_OUTPUTS) {
            throw new OutputLimitError("a cell may show %s outputs".formatted(MOST_OUTPUTS));
        }
        return ++ids;
    }

    private static void emit(int id, RenderedValue value) {
        var event = new LinkedHashMap<String, Object>();
        event.put("event", "value");
        event.put("id", id);
        event.put("text", value.text());
        Plot figure = value.figure();
        if (figure == null) {
            count(value.html().length());
            event.put("html", value.html());
        } else {
            String light = figure.theme(Theme.LIGHT).svg();
            if (light.length() > MOST_SVG_CHARACTERS) {
                throw new OutputLimitError(
                        "a figure may have %s characters of SVG, this one has %s"
                                .formatted(MOST_SVG_CHARACTERS, light.length()));
            }
            event.put("light", light);
            event.put("dark", figure.theme(Theme.DARK).svg());
            int end = value.html().indexOf("</svg></div>");
            event.put("html", end < 0 ? "" : value.html().substring(end + "</svg></div>".length()));
        }
        events.accept(event);
    }

    private static synchronized void count(int more) {
        characters += more;
        if (characters > most || characters < 0) {
            throw new OutputLimitError("a cell may print %s characters".formatted(most));
        }
    }

    /** A live figure: an output of its own for each. */
    private record Figure(int id) implements LiveDisplay {
        @Override
        public void show(Plot plot) {
            emit(id, ValueRenderer.render(plot));
        }

        @Override
        public LiveDisplay newFigure() {
            return new Figure(newId());
        }
    }

    /** Standard output or standard error. */
    private static final class Stream extends OutputStream {
        private final String kind;
        private final CharsetDecoder decoder =
                StandardCharsets.UTF_8
                        .newDecoder()
                        .onMalformedInput(CodingErrorAction.REPLACE)
                        .onUnmappableCharacter(CodingErrorAction.REPLACE);
        private final ByteBuffer rest = ByteBuffer.allocate(8);

        Stream(String kind) {
            this.kind = kind;
        }

        @Override
        public void write(int b) {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public synchronized void write(byte[] bytes, int offset, int length) {
            // characters may be divided among calls
            ByteBuffer all = ByteBuffer.allocate(rest.position() + length);
            all.put(rest.flip()).put(bytes, offset, length).flip();
            rest.clear();
            CharBuffer text = CharBuffer.allocate(all.remaining() + 1);
            decoder.decode(all, text, false);
            rest.put(all);
            String said = text.flip().toString();
            if (!said.isEmpty()) {
                count(said.length());
                var event = new LinkedHashMap<String, Object>();
                event.put("event", kind);
                event.put("text", said);
                events.accept(event);
            }
        }
    }
}
