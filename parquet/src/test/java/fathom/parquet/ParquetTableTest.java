package fathom.parquet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.FathomException;
import fathom.data.Table;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Parquet files of four rows in two row groups, written by hyparquet-writer 0.x with three codecs. */
class ParquetTableTest {
    @TempDir Path folder;

    private Path file(String codec) throws IOException {
        String name = "flats-" + codec + ".parquet";
        try (InputStream in = ParquetTableTest.class.getResourceAsStream("/parquet/" + name)) {
            return Files.write(folder.resolve(name), Objects.requireNonNull(in).readAllBytes());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"snappy", "gzip", "uncompressed"})
    void columnsOfAllTypes(String codec) throws IOException {
        Table t = Table.read(file(codec));
        assertThat(t.columns()).containsExactly("city", "rooms", "floor", "area", "height", "id", "heated");
        assertThat(t.texts("city")).containsExactly("Oslo", "Bergen", null, "Oslo");
        assertThat(t.tensor("rooms").toLongArray()).containsExactly(3, 4, 5, 2);
        assertThat(t.tensor("floor").toDoubleArray()).containsExactly(1, Double.NaN, 2, 0);
        assertThat(t.tensor("area").toDoubleArray()).containsExactly(55.5, 80.25, 120, 31);
        assertThat(t.tensor("height").toDoubleArray()).containsExactly(2.5, 2.25, 3, 2.5);
        assertThat(t.tensor("id").toLongArray()).containsExactly(10_000_000_000L, 2, 3, 4);
        assertThat(t.texts("heated")).containsExactly("true", "false", "true", "true");
    }

    @Test
    void someColumns() throws IOException {
        Table t = ParquetTable.read(file("snappy"), "area", "city");
        assertThat(t.columns()).containsExactly("area", "city");
        assertThat(t.texts("city")).containsExactly("Oslo", "Bergen", null, "Oslo");
        assertThatThrownBy(() -> ParquetTable.read(file("snappy"), "price"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("no column 'price'", "area");
    }

    @Test
    void whatIsNoParquetFileIsRefused() throws IOException {
        Path text = Files.writeString(folder.resolve("x.parquet"), "a,b\n1,2\n");
        assertThatThrownBy(() -> Table.read(text))
                .isInstanceOf(FathomException.class)
                .hasMessageStartingWith(text + ": not a Parquet file that can be read");
        assertThatThrownBy(() -> ParquetTable.read(folder.resolve("none.parquet")))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("does not exist");
    }

    /** Bytes here and there are changed; the reader waits for ever on some of these files. */
    @Test
    @Timeout(value = 3, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void damagedFilesAreReadOrRefused() throws IOException {
        byte[] good = Files.readAllBytes(file("uncompressed"));
        Path damaged = folder.resolve("damaged.parquet");
        Duration before = ParquetTable.patience;
        ParquetTable.patience = Duration.ofMillis(300);
        int refused = 0;
        try {
            for (int i = 0; i < good.length; i += 13) {
                byte[] changed = good.clone();
                changed[i] ^= (byte) (1 << i % 8);
                changed[(i * 7 + 3) % good.length] = (byte) (i % 2 == 0 ? 0xFF : 0);
                Files.write(damaged, changed);
                try {
                    ParquetTable.read(damaged);
                } catch (FathomException e) {
                    assertThat(e).hasMessageStartingWith(damaged + ": ");
                    refused++;
                }
            }
        } finally {
            ParquetTable.patience = before;
        }
        assertThat(refused).isGreaterThan(20);
    }
}
