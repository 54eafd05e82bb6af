package fathom.data;

import fathom.FathomException;
import fathom.testkit.FileFuzz;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whatever is damaged in a CSV file, it is read or refused as documented. */
@Timeout(value = 10, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CsvFuzzTest {
    @TempDir Path folder;

    @Test
    void tables() throws IOException {
        List<byte[]> good =
                Stream.of(
                                "NumRooms,Alley,Price\nNA,Pave,127500\n2,NA,106000\n4,NA,178100\n",
                                "\uFEFFa,\"b \"\"c\"\"\",,a\r\n1,\"x\ny\",true,1e5\r\n-2,z,False,.5\r\n",
                                "x\n1\n\n2\n",
                                "名,b\n值,inf\nn/a,-Infinity\n")
                        .map(s -> s.getBytes(StandardCharsets.UTF_8))
                        .toList();
        new FileFuzz(
                        folder,
                        file -> {
                            Table t = Table.readCsv(file);
                            t.fillMissingWithMean().standardize().oneHot(true).toTensor();
                            t.toString();
                        },
                        e -> e instanceof FathomException || e instanceof UncheckedIOException)
                .run("x.csv", good);
    }
}
