package fathom.bench.reference;

import fathom.bench.protocol.Server;
import fathom.bench.protocol.Side;
import fathom.bench.work.LanguageWork.WordVectors;
import fathom.bench.work.Row;
import java.io.IOException;

/** The process of the side in plain C. */
public final class PlainCSide implements Side {
    private final int threads = Integer.getInteger("fathom.bench.threads", 1);

    private PlainCSide() {}

    /** Serves the bench on the standard streams. */
    public static void main(String[] args) throws IOException {
        Server.serve(new PlainCSide());
    }

    @Override
    public String describe() {
        return "plain C by %s, %s threads".formatted(PlainC.compiler(), threads);
    }

    @Override
    public Task open(Row row) {
        if (!(row.work() instanceof WordVectors w)) {
            throw new UnsupportedOperationException("plain C has word vectors alone, not " + row.id());
        }
        var program = new PlainC(w.examples(), threads);
        w.checkParameters(program.parameters());
        return new Task() {
            @Override
            public void run() {
                program.pass();
            }

            @Override
            public void close() {
                program.close();
            }
        };
    }
}
