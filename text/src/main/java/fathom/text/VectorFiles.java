package fathom.text;

import fathom.Tensor;
import fathom.Tensors;
import fathom.files.InputFiles;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Files of word vectors. */
final class VectorFiles {
    private static final int LONGEST_TOKEN = 10_000;

    private VectorFiles() {}

    /** Tokens, of which the first is unknown, and their vectors. */
    record Read(List<String> tokens, Tensor vectors) {}

    static Read binary(Path file) {
        try {
            InputFiles.check(file);
            try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
                int n = number(file, until(in, ' '));
                int dim = number(file, until(in, '\n'));
                long bytes = (long) n * dim * Float.BYTES;
                if (bytes > Files.size(file)) {
                    throw new IOException(
                            "%s: %s vectors of %s numbers do not fit in the file".formatted(file, n, dim));
                }
                var tokens = new ArrayList<String>(n + 1);
                tokens.add(Vocabulary.UNKNOWN);
                var values = new float[Math.multiplyExact(n + 1, dim)];
                for (int i = 1; i <= n; i++) {
                    tokens.add(until(in, ' ').stripLeading()); // a line break ends the previous vector
                    byte[] vector = in.readNBytes(dim * Float.BYTES);
                    if (vector.length < dim * Float.BYTES) {
                        throw new EOFException();
                    }
                    ByteBuffer.wrap(vector).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values, i * dim, dim);
                }
                return new Read(tokens, Tensors.tensor(values).reshape(n + 1, dim));
            }
        } catch (EOFException e) {
            String message = file + ": the file ends within the vectors";
            throw new UncheckedIOException(message, new IOException(message, e));
        } catch (ArithmeticException e) {
            String message = file + ": it has more numbers than fit into one tensor";
            throw new UncheckedIOException(message, new IOException(message, e));
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
    }

    private static int number(Path file, String text) throws IOException {
        if (!text.strip().matches("[1-9]\\d{0,8}")) {
            throw new IOException(
                    file + ": expected the numbers of tokens and of dimensions first: not a binary file of word2vec");
        }
        return Integer.parseInt(text.strip());
    }

    private static String until(InputStream in, char end) throws IOException {
        var bytes = new ByteArrayOutputStream();
        for (int b; (b = in.read()) != end; ) {
            if (b < 0 || bytes.size() > LONGEST_TOKEN) {
                throw new EOFException();
            }
            bytes.write(b);
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    static void save(Path file, List<String> tokens, Tensor vectors) {
        for (String token : tokens) {
            if (token.isEmpty() || token.chars().anyMatch(Character::isWhitespace)) {
                throw new IllegalArgumentException(
                        "TokenEmbedding.save: the token '%s' is empty or has white space, which separates vectors"
                                .formatted(token.replace("\n", "\\n")));
            }
        }
        int dim = Math.toIntExact(vectors.size(1));
        float[] values = vectors.contiguous().toFloatArray();
        boolean isBinary = file.toString().endsWith(".bin");
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 16)) {
            out.write("%s %s\n".formatted(tokens.size() - 1, dim).getBytes(StandardCharsets.UTF_8));
            for (int i = 1; i < tokens.size(); i++) {
                out.write(tokens.get(i).getBytes(StandardCharsets.UTF_8));
                if (isBinary) {
                    out.write(' ');
                    ByteBuffer vector = ByteBuffer.allocate(dim * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
                    vector.asFloatBuffer().put(values, i * dim, dim);
                    out.write(vector.array());
                } else {
                    for (int k = 0; k < dim; k++) {
                        out.write((" " + values[i * dim + k]).getBytes(StandardCharsets.UTF_8));
                    }
                }
                out.write('\n');
            }
        } catch (IOException e) {
            throw new UncheckedIOException(file + ": " + e, e);
        }
    }
}
