package fathom.bench.reference;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import fathom.bench.work.LanguageData;
import fathom.bench.work.LanguageWork.WordVectors;
import fathom.files.Folders;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Skip-gram with negative sampling in C: {@code skipgram.c}, compiled by the machine's {@code cc} when it is opened.
 */
final class PlainC implements AutoCloseable {
    private static final List<String> COMPILER = List.of("cc", "-std=gnu99", "-O3", "-march=native", "-ffast-math");
    private static final int NOISE = 1 << 20;
    private static final float RATE = 0.025f;
    private static final int WIDTH = WordVectors.DIMENSIONS;

    private final Arena arena = Arena.ofShared();
    private final MethodHandle function;
    private final MemorySegment text;
    private final MemorySegment noise;
    private final MemorySegment centers;
    private final MemorySegment contexts;
    private final int threads;
    private long calls;

    /**
     * Compiles the program and makes its operands.
     *
     * @param words the number of words of the text, with the ends of sentences
     * @param threads the number of threads
     * @throws UnsupportedOperationException if there is no C compiler, or it cannot compile the program; says why
     */
    PlainC(int words, int threads) {
        this.threads = threads;
        text = arena.allocateFrom(JAVA_INT, LanguageData.corpus(words));
        noise = arena.allocateFrom(JAVA_INT, LanguageData.noiseTable(NOISE));
        centers = table(true);
        contexts = table(false);
        function =
                Linker.nativeLinker()
                        .downcallHandle(
                                compiled().findOrThrow("skipgram"),
                                FunctionDescriptor.of(
                                        JAVA_INT,
                                        ADDRESS,
                                        JAVA_LONG,
                                        JAVA_INT,
                                        JAVA_INT,
                                        JAVA_INT,
                                        ADDRESS,
                                        JAVA_LONG,
                                        ADDRESS,
                                        ADDRESS,
                                        JAVA_FLOAT,
                                        JAVA_LONG,
                                        JAVA_INT));
    }

    /** Vectors of all words: random, or zeros. */
    private MemorySegment table(boolean random) {
        var numbers = new SplittableRandom(3);
        long count = (long) LanguageData.VOCABULARY * WIDTH;
        MemorySegment all = arena.allocate(JAVA_FLOAT, count);
        for (long i = 0; random && i < count; i++) {
            all.setAtIndex(JAVA_FLOAT, i, (float) ((numbers.nextDouble() - 0.5) / WIDTH));
        }
        return all;
    }

    /** {@return the number of parameters of both tables} */
    long parameters() {
        return (centers.byteSize() + contexts.byteSize()) / JAVA_FLOAT.byteSize();
    }

    /** {@return the compiled program, whose file is not needed once it is loaded} */
    private SymbolLookup compiled() {
        try (InputStream in = PlainC.class.getResourceAsStream("skipgram.c")) {
            if (in == null) {
                throw new IOException("skipgram.c is not among the bench's resources");
            }
            Path folder = Files.createTempDirectory("fathom-bench");
            try {
                Path source = folder.resolve("skipgram.c");
                Path library = folder.resolve("skipgram.so");
                Files.copy(in, source);
                var command = new ArrayList<>(COMPILER);
                command.addAll(
                        List.of("-fPIC", "-shared", "-pthread", "-o", library.toString(), source.toString(), "-lm"));
                run(command);
                return SymbolLookup.libraryLookup(library, arena);
            } finally {
                Folders.delete(folder);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** {@return what a command prints} */
    private static String run(List<String> command) {
        try {
            Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new UnsupportedOperationException("cc: " + said);
            }
            return said;
        } catch (IOException e) {
            throw new UnsupportedOperationException("there is no C compiler: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while compiling", e);
        }
    }

    /** {@return the compiler's version; a remark if there is none} */
    static String compiler() {
        try {
            return run(List.of(COMPILER.getFirst(), "--version")).lines().findFirst().orElse("");
        } catch (UnsupportedOperationException e) {
            return "no compiler";
        }
    }

    /** One pass over the text. */
    void pass() {
        int failed;
        try {
            failed =
                    (int)
                            function.invokeExact(
                                    text,
                                    text.byteSize() / JAVA_INT.byteSize(),
                                    WIDTH,
                                    LanguageData.WINDOW,
                                    LanguageData.NEGATIVES,
                                    noise,
                                    (long) NOISE,
                                    centers,
                                    contexts,
                                    RATE,
                                    ++calls,
                                    threads);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
        if (failed != 0) {
            throw new IllegalStateException("skipgram.c had no memory or no thread");
        }
    }

    /** {@return the dot product of the vectors of two words as centre word and context word} */
    double score(int center, int context) {
        double sum = 0;
        for (int k = 0; k < WIDTH; k++) {
            sum +=
                    centers.getAtIndex(JAVA_FLOAT, (long) center * WIDTH + k)
                            * contexts.getAtIndex(JAVA_FLOAT, (long) context * WIDTH + k);
        }
        return sum;
    }

    @Override
    public void close() {
        arena.close();
    }
}
