package fathom.book.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Cells run; what a cell does to its JVM harms nobody else. */
class PageSessionTest {
    @TempDir Path folder;

    private PageSession session(int seconds) throws IOException {
        return PageSession.start(new Limits(seconds, 128, 512, 20_000), folder);
    }

    private static String text(CellResult result) {
        return String.join("", result.outputs().stream().map(CellOutput::text).toList());
    }

    private static Failure failure(CellResult result) {
        return result.failure().orElseThrow();
    }

    @Test
    void cellsShowValuesFiguresAndFailures() throws IOException {
        try (PageSession session = session(60)) {
            CellResult sum = session.run("var A = arange(6, FLOAT32).reshape(2, 3); // six\nA.sum(0) // along 0");
            assertThat(sum.failure()).isEmpty();
            assertThat(sum.outputs()).hasSize(1);
            assertThat(sum.outputs().getFirst()).isInstanceOf(CellOutput.Value.class);
            assertThat(text(sum)).isEqualTo("tensor([3., 5., 7.])");
            assertThat(session.run("A.add_(1);").outputs()).as("a semicolon: nothing to show").isEmpty();
            assertThat(session.run("A").outputs()).hasSize(1);
            assertThat(session.values("A"))
                    .isEqualTo(new ShownValues(List.of(2L, 3L), List.of(1., 2., 3., 4., 5., 6.)));
            assertThatThrownBy(() -> session.values("session")).isInstanceOf(IllegalArgumentException.class);

            CellResult printed =
                    session.run("IO.print(\"a损\"); System.err.print(\"note\");\nIO.println(\"失 b\");\nshow(1, null);");
            assertThat(printed.outputs())
                    .extracting(o -> o.getClass().getSimpleName())
                    .containsExactly("Printed", "Noted", "Printed", "Value", "Value");
            assertThat(text(printed)).isEqualTo("a损note失 b\n1null");

            CellResult figure = session.run("Plot.lines(new double[] {1, 2}, new double[] {3, 4})");
            var shown = (CellOutput.Figure) figure.outputs().getFirst();
            assertThat(shown.light()).startsWith("<svg").contains("#ffffff");
            assertThat(shown.dark()).startsWith("<svg").contains("#16181d").doesNotContain("#ffffff");
            CellResult live =
                    session.run(
                            "try (var animator = new Animator(a -> {}, \"x\")) { animator.add(1, 1); animator.add(2, 3); }");
            assertThat(live.outputs()).as("one figure, as it was at the end").hasSize(1);

            assertThat(
                            failure(session.run("Tensor flat(Tensor t) { return t.reshape(t.dtype()); }\nflat(A)"))
                                    .message())
                    .contains("reshape(t.dtype())");
            CellResult wrong = session.run("A.div(ones(7));\nIO.println(\"not reached\");");
            assertThat(failure(wrong).kind()).isEqualTo(Failure.Kind.THROWN);
            assertThat(failure(wrong).message()).startsWith("IllegalArgumentException: div: shapes [2, 3] and [7]");
            assertThat(wrong.outputs()).isEmpty();
            assertThat(failure(session.run("int n = \"text\";")).message())
                    .startsWith("error: incompatible types")
                    .endsWith("int n = \"text\";");
            assertThat(failure(session.run("var t = nobody(3);")).kind()).isEqualTo(Failure.Kind.COMPILE);
            assertThat(failure(session.run("for (int i = 0; i < 3; i++) {")).kind()).isEqualTo(Failure.Kind.COMPILE);
            assertThat(failure(session.run("assert A.numel() == 7 : \"numel\";")).message())
                    .isEqualTo("AssertionError: numel");
            assertThat(text(session.run("int twice(int n) { return 2 * n; }\n\ntwice(21)"))).isEqualTo("42");
            assertThat(session.run("int x = twice(1);\nx = 5").outputs()).hasSize(1);
            assertThat(session.run("// nothing but words").failure()).isEmpty();
        }
    }

    /** JShell alone waits for a thread that a cell starts at once, in some of some hundred tries. */
    @Test
    void threadsThatACellStartsAreNotWaitedFor() throws IOException {
        try (PageSession session = session(60)) {
            for (int i = 0; i < 20; i++) {
                CellResult result =
                        session.run(
                                "for (int k = 0; k < 8; k++) { var t = new Thread(() -> { while (true) java.util.concurrent.locks.LockSupport.park(); }); t.setDaemon(true); t.start(); }");
                assertThat(result.failure()).isEmpty();
            }
            assertThat(failure(session.run("throw new IllegalStateException(\"mine\");")).message())
                    .isEqualTo("IllegalStateException: mine");
        }
    }

    @Test
    void aCellThatPrintsWithoutEndIsStoppedAndTheSessionGoesOn() throws IOException {
        try (PageSession session = session(60)) {
            CellResult endless = session.run("while (true) { IO.println(\"again\"); }");
            assertThat(failure(endless).kind()).isEqualTo(Failure.Kind.OUTPUT);
            assertThat(text(endless)).startsWith("again\nagain\n").hasSizeLessThanOrEqualTo(20_000);
            assertThat(failure(session.run("while (true) { show(1); }")).kind()).isEqualTo(Failure.Kind.OUTPUT);
            assertThat(text(session.run("1 + 1"))).isEqualTo("2");

            // the reader stops it
            var started = new CountDownLatch(1);
            var stopper =
                    Thread.ofVirtual()
                            .start(() -> {
                                try {
                                    started.await();
                                    session.stop();
                                } catch (InterruptedException e) {
                                    Thread.currentThread().interrupt();
                                }
                            });
            List<String> seen = new ArrayList<>();
            CellResult stopped =
                    session.run(
                            "IO.println(\"begins\"); long n = 0; while (true) { n++; }",
                            outputs -> {
                                seen.add(outputs.getFirst().text());
                                started.countDown();
                            });
            assertThat(failure(stopped).kind()).isEqualTo(Failure.Kind.STOPPED);
            assertThat(seen).contains("begins\n");
            assertThat(stopper.isAlive()).isFalse();
            assertThat(text(session.run("2 + 2"))).isEqualTo("4");

            // and one that ends its JVM
            CellResult exited = session.run("IO.println(\"last words\"); System.exit(7);");
            assertThat(failure(exited))
                    .isEqualTo(new Failure(Failure.Kind.EXITED, "the cell ended its JVM, with exit code 7"));
            assertThat(text(exited)).isEqualTo("last words\n");
            assertThat(session.hasEnded()).isTrue();
            assertThat(failure(session.run("1")).kind()).isEqualTo(Failure.Kind.NOT_RUN);
        }
    }

    @Test
    void aCellThatLoopsIsEnded() throws IOException {
        try (PageSession session = session(2)) {
            // catches what would stop it
            CellResult loop =
                    session.run(
                            "while (true) { try { Thread.sleep(10); IO.println(\"x\".repeat(30_000)); } catch (Throwable t) { } }");
            assertThat(failure(loop).kind()).isEqualTo(Failure.Kind.TIME);
            assertThat(failure(loop).message()).contains("2 s");
            assertThat(session.hasEnded()).isTrue();
        }
    }

    @Test
    void aCellThatFillsTheMemoryIsEnded() throws IOException {
        try (PageSession session = session(60)) {
            CellResult tensors =
                    session.run("var all = new ArrayList<Tensor>(); while (true) { all.add(ones(1 << 24)); }");
            assertThat(failure(tensors).message()).startsWith("OutOfMemoryError");
            CellResult heap =
                    session.run("var more = new ArrayList<long[]>(); while (true) { more.add(new long[1 << 20]); }");
            assertThat(failure(heap))
                    .isEqualTo(new Failure(Failure.Kind.MEMORY, "ended: more than 128 MB of Java objects"));
        }
    }
}
