package fathom.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import fathom.DType;
import fathom.FathomException;
import fathom.Tensor;
import fathom.Tensors;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.dflib.DataFrame;
import org.dflib.Series;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** From CSV to tensors, as in the course's section on data preprocessing. */
class TableTest {
    private static final String HOUSES =
            """
            NumRooms,Alley,Price
            NA,Pave,127500
            2,NA,106000
            4,NA,178100
            NA,NA,140000
            """;

    @TempDir Path folder;

    private static Table read(String csv) {
        return Table.readCsv(new StringReader(csv), o -> {});
    }

    @Test
    void theCoursesExample() throws Exception {
        Path file = Files.createDirectories(folder.resolve("data")).resolve("house_tiny.csv");
        Files.writeString(file, HOUSES);
        Table data = Table.readCsv(file);
        assertThat(data.toString())
                .isEqualTo(
                        """
                           NumRooms Alley   Price
                        0       NaN  Pave  127500
                        1       2.0   NaN  106000
                        2       4.0   NaN  178100
                        3       NaN   NaN  140000\
                        """);
        Table inputs = data.select(0, 1);
        Tensor y = data.tensor("Price");
        Table few = inputs.range(0, 1);
        assertThat(few.fillMissingWithMean(inputs).frame().getColumn("NumRooms").toList()).isEqualTo(List.of(3.0));
        inputs = inputs.fillMissingWithMean();
        assertThat(inputs.frame().getColumn("NumRooms").toList()).isEqualTo(List.of(3.0, 2.0, 4.0, 3.0));
        inputs = inputs.oneHot(true);
        assertThat(inputs.columns()).containsExactly("NumRooms", "Alley_Pave", "Alley_nan");
        Tensor x = inputs.toTensor();
        assertThat(x.dtype()).isEqualTo(DType.FLOAT64);
        assertThat(x.toArray(double[][].class))
                .isDeepEqualTo(new double[][] {{3, 1, 0}, {2, 0, 1}, {4, 0, 1}, {3, 0, 1}});
        assertThat(y.dtype()).isEqualTo(DType.INT64);
        assertThat(y.toLongArray()).containsExactly(127500, 106000, 178100, 140000);
    }

    @Test
    void theCoursesExercise() {
        Table data = read(HOUSES);
        assertThat(data.missing()).containsEntry("NumRooms", 2).containsEntry("Alley", 3).containsEntry("Price", 0);
        Table rest = data.dropColumnWithMostMissing();
        assertThat(rest.columns()).containsExactly("NumRooms", "Price");
        assertThat(rest.dropColumnWithMostMissing().dropColumnWithMostMissing().columns()).containsExactly("Price");
        assertThat(rest.dropMissingRows().toTensor().toArray(double[][].class))
                .isDeepEqualTo(new double[][] {{2, 106000}, {4, 178100}});
        assertThat(data.dropMissingColumns().columns()).containsExactly("Price");
        assertThat(data.dropMissingRows().rows()).isZero();
    }

    @Test
    void oneHotAsPandas() {
        Table t = read("c,n,d\nb,1,x\na,2,\n,3,x\n");
        Table encoded = t.oneHot(true);
        assertThat(encoded.columns()).containsExactly("n", "c_a", "c_b", "c_nan", "d_x", "d_nan");
        assertThat(encoded.toTensor().dtype()).isEqualTo(DType.INT64);
        assertThat(encoded.toTensor().toArray(long[][].class))
                .isDeepEqualTo(new long[][] {{1, 0, 1, 0, 1, 0}, {2, 1, 0, 0, 0, 1}, {3, 0, 0, 1, 1, 0}});
        assertThat(t.oneHot(false).columns()).containsExactly("n", "c_a", "c_b", "d_x");
        Table unseen = read("c,n,d\nz,7,x\n").oneHot(true, t);
        assertThat(unseen.columns()).isEqualTo(encoded.columns());
        assertThat(unseen.toTensor().toLongArray()).containsExactly(7, 0, 0, 0, 1, 0);
    }

    @Test
    void standardizes() {
        Table t = read("a,b,c\n1,5,x\n2,5,y\n4,5,z\nNA,5,x\n");
        Table s = t.standardize();
        assertThat(s.mean("a")).isCloseTo(0, within(1e-12));
        assertThat(s.std("a")).isCloseTo(1, within(1e-12));
        assertThat(s.missing()).containsEntry("a", 1);
        assertThat(s.tensor("b").toDoubleArray()).containsExactly(0, 0, 0, 0);
        assertThat(s.fillMissing(0).tensor("a").toDoubleArray()[3]).isZero();
        // by the measures of other rows
        Table other = t.range(0, 1).standardize(t);
        assertThat(other.tensor("a").item()).isCloseTo((1 - 7.0 / 3) / t.std("a"), within(1e-12));
        assertThat(t.std("a")).isCloseTo(1.5275252316519468, within(1e-12)); // pandas' Series.std
    }

    @Test
    void typesOfColumns() {
        Table t = read("i,d,b,t,m,e,big\n1,1.5,true,x,1,,99999999999999999999\n-2,+1e3,False,2,NA,,1\n");
        assertThat(t.select("i").toTensor().dtype()).isEqualTo(DType.INT64);
        assertThat(t.tensor("d").toDoubleArray()).containsExactly(1.5, 1000);
        assertThat(t.tensor("b").toLongArray()).containsExactly(1, 0);
        assertThat(t.isNumeric("t")).isFalse();
        assertThat(t.tensor("m").toDoubleArray()).containsExactly(1, Double.NaN);
        assertThat(t.missing()).containsEntry("e", 2);
        assertThat(t.tensor("big").dtype()).isEqualTo(DType.FLOAT64);
        assertThat(t.fillMissing("t", "?").frame().getColumn("t").toList()).isEqualTo(List.of("x", "2"));
        assertThat(read("h,\n1,2\n").columns()).containsExactly("h", "Unnamed: 1");
        assertThat(read("h,h,h\n1,2,3\n").columns()).containsExactly("h", "h.1", "h.2");
    }

    @Test
    void partsAndSplits() {
        Table t = read("a,b,y\n1,10,0\n2,20,1\n3,30,0\n4,40,1\n5,50,0\n");
        assertThat(t.drop("b").columns()).containsExactly("a", "y");
        assertThat(t.range(1, 3).tensor("b").toLongArray()).containsExactly(20, 30);
        assertThat(t.range(0, 2).concat(t.range(4, 5)).tensor("a").toLongArray()).containsExactly(1, 2, 5);
        Table.Split parts = t.split(0.6, 3);
        assertThat(parts.train().rows()).isEqualTo(3);
        assertThat(parts.test().rows()).isEqualTo(2);
        assertThat(parts.train().concat(parts.test()).tensor("a").toLongArray())
                .containsExactlyInAnyOrder(1, 2, 3, 4, 5);
        assertThat(t.split(0.6, 3).train().tensor("a").toLongArray())
                .isEqualTo(parts.train().tensor("a").toLongArray());
        TensorDataset data = t.dataset("y");
        assertThat(data.get(1).x().toDoubleArray()).containsExactly(2, 20);
        assertThat(data.get(1).y().toDoubleArray()).containsExactly(1);
        assertThat(data.batch(new long[] {0}).x().dtype()).isEqualTo(DType.FLOAT32);
    }

    @Test
    void readsQuotesMarksAndOtherDelimiters() throws Exception {
        Path file = folder.resolve("quotes.csv");
        Files.writeString(file, "\uFEFFa;b\r\n\"x; \"\"y\"\"\r\nz\";1\r\n\r\nw;2\r\n");
        Table t = Table.readCsv(file, o -> o.delimiter(';'));
        assertThat(t.columns()).containsExactly("a", "b");
        assertThat(t.frame().get("a", 0)).isEqualTo("x; \"y\"\r\nz");
        assertThat(t.tensor("b").toLongArray()).containsExactly(1, 2);
        Files.write(file, "naïve\n1\n".getBytes(StandardCharsets.ISO_8859_1));
        assertThat(Table.readCsv(file, o -> o.charset(StandardCharsets.ISO_8859_1)).columns()).containsExactly("naïve");
        assertThat(Table.readCsv(new StringReader("1,2\n3,?\n"), o -> o.header("a", "b").missing("?")).missing())
                .containsEntry("b", 1)
                .containsEntry("a", 0);
    }

    @Test
    void writesWhatItReads() {
        Path file = folder.resolve("out.csv");
        Table t = read(HOUSES);
        t.writeCsv(file);
        assertThat(Table.readCsv(file).toString()).isEqualTo(t.toString());
    }

    @Test
    void takesFramesOfDflib() {
        DataFrame frame =
                DataFrame.byColumn("i", "o", "n", "b", "t")
                        .of(
                                Series.ofInt(1, 2),
                                Series.of(3, 4),
                                Series.of(null, 0.5f),
                                Series.of(true, false),
                                Series.of("x", null));
        Table t = Table.of(frame);
        assertThat(t.select("i", "o", "b").toTensor().toArray(long[][].class))
                .isDeepEqualTo(new long[][] {{1, 3, 1}, {2, 4, 0}});
        assertThat(t.tensor("n").toDoubleArray()).containsExactly(Double.NaN, 0.5);
        assertThat(t.missing()).containsEntry("t", 1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            value = {
                "a,b|1,2|3|~line 3: 1 field, but there are 2 columns",
                "a,b|1,2||3,4,5~line 4: 3 fields, but there are 2 columns",
                "a,b|1,\"x|2,3|~line 2",
                "a,b|1,\"x\"y|~line: 2",
                "''~line 1: there is no header",
            })
    void tellsTheLineOfWhatIsMalformed(String csv, String message) throws Exception {
        Path file = folder.resolve("bad.csv");
        Files.writeString(file, csv.replace('|', '\n'));
        assertThatThrownBy(() -> Table.readCsv(file))
                .isInstanceOf(FathomException.class)
                .hasMessageContaining("bad.csv")
                .hasMessageContaining(message);
    }

    @Test
    void refusesWhatIsNotThere() throws Exception {
        Table t = read(HOUSES);
        assertThatThrownBy(() -> t.select("Prise"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("there is no column 'Prise'; there are [NumRooms, Alley, Price]");
        assertThatThrownBy(() -> t.drop("x")).hasMessageContaining("no column 'x'");
        assertThatThrownBy(() -> t.select(3)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> t.range(2, 5)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(t::toTensor).hasMessageContaining("column 'Alley' holds text, such as 'Pave' in row 0");
        assertThatThrownBy(() -> t.mean("Alley")).hasMessageContaining("holds text");
        assertThatThrownBy(() -> t.split(1.5, 0)).hasMessageContaining("fraction");
        assertThatThrownBy(() -> t.concat(t.drop("Price"))).hasMessageContaining("columns differ");
        assertThatThrownBy(() -> Table.readCsv(folder.resolve("none.csv")))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("none.csv");
        Path binary = folder.resolve("binary.csv");
        Files.write(binary, new byte[] {'a', '\n', (byte) 0xFF, (byte) 0xFE, '\n'});
        assertThatThrownBy(() -> Table.readCsv(binary))
                .hasMessageContaining("binary.csv")
                .hasMessageContaining("UTF-8");
    }

    /** In the layout of pandas. */
    @Test
    void printsAsPandas() {
        var csv = new StringBuilder("n,x,t,b\n");
        for (int i = 0; i < 100; i++) {
            csv.append(String.format(Locale.ROOT, "%d,%s,%s,true\n", i * i, i / 8.0, "t" + i));
        }
        assertThat(read(csv.toString()).toString())
                .isEqualTo(
                        """
                               n       x    t     b
                        0      0   0.000   t0  True
                        1      1   0.125   t1  True
                        2      4   0.250   t2  True
                        3      9   0.375   t3  True
                        4     16   0.500   t4  True
                        ..   ...     ...  ...   ...
                        95  9025  11.875  t95  True
                        96  9216  12.000  t96  True
                        97  9409  12.125  t97  True
                        98  9604  12.250  t98  True
                        99  9801  12.375  t99  True

                        [100 rows x 4 columns]\
                        """);
        assertThat(read("a,b\n").toString()).isEqualTo("Empty table, 0 rows, columns: [a, b]");
    }

    @Test
    void manyColumnsOfOneName() {
        int n = 20_000;
        Table t = read("x,".repeat(n - 1) + "x\n" + "1,".repeat(n - 1) + "1\n" + "2,".repeat(n - 1) + "2\n");
        assertThat(t.columns()).startsWith("x", "x.1", "x.2").endsWith("x." + (n - 1)).doesNotHaveDuplicates();
        Table s = t.fillMissingWithMean().standardize().oneHot(true);
        assertThat(s.toTensor().shape().dims()).containsExactly(2, n);
        assertThat(s.missing()).hasSize(n);
        assertThat(t.tensor("x.19999").toLongArray()).containsExactly(1, 2);
        // a name that is taken already is passed over
        assertThat(read("x,x.1,x,x,x.1\n1,2,3,4,5\n").columns()).containsExactly("x", "x.1", "x.2", "x.3", "x.1.1");
    }

    @Test
    void longFieldsTakeTimeInProportion() {
        String digits = "1".repeat(2_000_000);
        Table t = read("a,b,c,d\n" + digits + "x," + digits + "," + digits + ".e5x,." + digits + "e\n");
        assertThat(t.isNumeric("a")).isFalse();
        assertThat(t.tensor("b").item()).isEqualTo(Double.POSITIVE_INFINITY);
        assertThat(t.isNumeric("c")).isFalse();
        assertThat(t.isNumeric("d")).isFalse();
        assertThatThrownBy(() -> t.select(digits))
                .hasMessageContaining("(2,000,000 characters)")
                .message()
                .hasSizeLessThan(500);
        assertThatThrownBy(() -> read(",".repeat(1 << 20) + "\n"))
                .isInstanceOf(FathomException.class)
                .hasMessageContaining("line 1: a header of 1,048,577 names");
    }

    @Test
    void filesThatCannotBeWrittenAreNamed() throws Exception {
        Path file = Files.writeString(folder.resolve("a"), "x");
        assertThatThrownBy(() -> read("a\n1\n").writeCsv(file.resolve("b.csv")))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageStartingWith(file.resolve("b.csv") + " could not be written: ");
        assertThatThrownBy(() -> Table.readCsv(folder.resolve("none.csv")))
                .hasMessage(folder.resolve("none.csv") + ": the file does not exist");
        assertThatThrownBy(() -> read("a,b\n").concat(read("a,c\n"))).hasMessageContaining("column 1 is 'b' and 'c'");
    }

    @Test
    void emptyTables() {
        Table none = read("a,b\n");
        assertThat(none.rows()).isZero();
        assertThat(none.toTensor().shape().dims()).containsExactly(0, 2);
        assertThat(none.fillMissingWithMean().standardize().oneHot(true).rows()).isZero();
    }

    @Test
    void linearDataFollowTheLine() {
        Tensors.manualSeed(0);
        TensorDataset data = SyntheticData.linear(Tensors.tensor(2.0, -3.4), 4.2, 500, 0.01);
        Tensor x = data.tensors().get(0);
        Tensor y = data.tensors().get(1);
        assertThat(x.shape().dims()).containsExactly(500, 2);
        assertThat(y.shape().dims()).containsExactly(500, 1);
        Tensor rest = y.reshape(500).sub(x.matmul(Tensors.tensor(2.0, -3.4))).sub(4.2);
        assertThat(rest.std().item()).isBetween(0.008, 0.012);
        assertThat(Math.abs(rest.mean().item())).isLessThan(0.002);
        assertThatThrownBy(() -> SyntheticData.linear(Tensors.zeros(1, 2), 0, 3, 0)).hasMessageContaining("[1, 2]");
    }

    @Test
    void aColumnOfATensorIsAddedOrReplaced() {
        Table table = Table.readCsv(new StringReader("Id,a\n7,1\n8,2\n"), o -> {});
        Table more = table.with("price", Tensors.tensor(1.5, 2.25)).with("a", Tensors.tensor(new long[] {5, 6}));
        assertThat(more.columns()).containsExactly("Id", "a", "price");
        assertThat(more.tensor("a").toLongArray()).containsExactly(5, 6);
        assertThat(more.tensor("price").toDoubleArray()).containsExactly(1.5, 2.25);
        assertThat(table.columns()).containsExactly("Id", "a");
        assertThatThrownBy(() -> table.with("b", Tensors.zeros(3))).hasMessageContaining("expected 2 values");
    }
}
