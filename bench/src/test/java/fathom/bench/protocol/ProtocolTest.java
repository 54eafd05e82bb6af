package fathom.bench.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import fathom.bench.work.Row;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProtocolTest {
    /** Logs its calls; does not support products. */
    private static final class Counting implements Side {
        private final List<String> log = new ArrayList<>();

        @Override
        public String describe() {
            return "a side\nof two lines";
        }

        @Override
        public Task open(Row row) {
            if (row.family().equals("matmul")) {
                throw new UnsupportedOperationException("no products\n  at all");
            }
            log.add("open");
            return new Task() {
                @Override
                public void run() {
                    log.add("run");
                }

                @Override
                public void close() {
                    log.add("close");
                }
            };
        }
    }

    private static List<String> conversation(Side side, String... requests) throws IOException {
        var out = new ByteArrayOutputStream();
        var in = new ByteArrayInputStream(String.join("\n", requests).getBytes(StandardCharsets.UTF_8));
        Server.serve(side, in, new PrintStream(out, true, StandardCharsets.UTF_8));
        return out.toString(StandardCharsets.UTF_8).lines().toList();
    }

    @Test
    void opensRunsAndCloses() throws IOException {
        var side = new Counting();
        List<String> answers = conversation(side, "open kernel/sum-1m", "run 3", "close");
        assertThat(answers).hasSize(4).startsWith("hello a side; of two lines", "done").endsWith("done");
        assertThat(Answer.parse(answers.get(2))).isInstanceOf(Answer.Took.class);
        assertThat(side.log).containsExactly("open", "run", "run", "run", "close");
    }

    @Test
    void openingAnotherRowClosesTheFirst() throws IOException {
        var side = new Counting();
        conversation(side, "open kernel/sum-1m", "open kernel/sum-16k");
        assertThat(side.log).containsExactly("open", "close", "open");
    }

    @Test
    void failuresAreOneLineAndTheConversationContinues() throws IOException {
        List<String> answers =
                conversation(
                        new Counting(),
                        "open matmul/64",
                        "run 1",
                        "open nothing",
                        "sing",
                        "run x",
                        "open kernel/sum-1m");
        assertThat(answers)
                .containsExactly(
                        "hello a side; of two lines",
                        "failed no products; at all",
                        "failed run: no row is open",
                        "failed there is no row \"nothing\"; --list shows them all",
                        "failed not a request of the bench: \"sing\"",
                        "failed For input string: \"x\"",
                        "done");
    }

    @Test
    void requestsAndAnswersRoundTrip() {
        for (var request :
                List.of(
                        new Request.Open("kernel/sum-1m"),
                        new Request.Run(7),
                        new Request.Close(),
                        new Request.Memory())) {
            assertThat(Request.parse(request.line())).isEqualTo(request);
        }
        for (var answer :
                List.of(
                        new Answer.Hello("a side"),
                        new Answer.Done(),
                        new Answer.Took(123),
                        new Answer.Resident(5, 6),
                        new Answer.Failed("of a reason"))) {
            assertThat(Answer.parse(answer.line())).isEqualTo(answer);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "hello2", "took", "took one", "resident 1", "# a fatal error"})
    void otherLinesAreRejected(String line) {
        assertThatIllegalArgumentException().isThrownBy(() -> Answer.parse(line));
    }
}
