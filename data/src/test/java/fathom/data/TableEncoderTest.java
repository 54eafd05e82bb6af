package fathom.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import fathom.DType;
import fathom.FathomException;
import fathom.Tensor;
import fathom.Tensors;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tables as a network sees them: fitted on some rows, applied to others. */
class TableEncoderTest {
    private static final String HOUSES =
            """
            Id,area,rooms,street,alley,new,zip,flat,price
            1,100,3,Pave,NA,true,01234,1,10
            2,200,NA,Grvl,Grvl,false,01234,1,20
            3,300,5,Pave,Pave,true,99999,1,30
            4,400,7,Pave,NA,false,99999,1,40
            """;

    private static Table table(String csv, String... text) {
        return Table.readCsv(new StringReader(csv), o -> o.text(text));
    }

    private static TableEncoder houses() {
        return TableEncoder.fit(table(HOUSES, "zip"), "price", o -> o.task(EncoderOptions.Task.REGRESSION));
    }

    @Test
    void columnsOfAllKinds() {
        TableEncoder e = houses();
        assertThat(e.columns())
                .containsExactly(
                        "area",
                        "rooms",
                        "rooms missing",
                        "street=Grvl",
                        "street=Pave",
                        "alley=Grvl",
                        "alley=Pave",
                        "alley missing",
                        "new=false",
                        "new=true",
                        "zip=01234",
                        "zip=99999");
        assertThat(e.leftOut())
                .containsExactly(Map.entry("Id", "it numbers the rows"), Map.entry("flat", "all values are the same"));
        float[][] x = e.x(table(HOUSES, "zip")).toArray(float[][].class);
        double deviation = Math.sqrt(50_000 / 3.0); // of 100, 200, 300, 400
        assertThat(x[0]).containsExactly((float) (-150 / deviation), -1, 0, 0, 1, 0, 0, 1, 0, 1, 1, 0);
        assertThat(x[1]).containsExactly((float) (-50 / deviation), 0, 1, 1, 0, 1, 0, 0, 1, 0, 1, 0);
        Tensor y = e.y(table(HOUSES));
        assertThat(y.shape().dims()).containsExactly(4, 1);
        assertThat(e.numbers(y)).containsExactly(new double[] {10, 20, 30, 40}, within(1e-5));
        assertThat(e.dataset(table(HOUSES, "zip")).get(2).y().shape().dims()).containsExactly(1);
    }

    @Test
    void otherRowsAreEncodedByWhatWasFitted() {
        TableEncoder e = houses();
        // another order, no target, an unknown category, a missing number where none was missing before
        Table other =
                table("zip,new,street,alley,rooms,area\n1234,true,Dirt,Dirt,5,\n01234,False,NA,NA,5,250\n", "zip");
        float[][] x = e.x(other).toArray(float[][].class);
        assertThat(x[0]).containsExactly(0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0);
        assertThat(x[1]).containsExactly(0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 1, 0);
        assertThatThrownBy(() -> e.x(table("area,rooms\n1,2\n")))
                .isInstanceOf(FathomException.class)
                .hasMessageContainingAll("'street', 'alley', 'new', 'zip'", "its columns are 'area', 'rooms'");
        Table text = table(HOUSES.replace("300", "large"), "zip");
        assertThatThrownBy(() -> e.x(text)).hasMessageContaining("column 'area' holds text in row 3, 'large'");
        assertThatThrownBy(() -> e.x(table(HOUSES.replace("300", "inf"), "zip")))
                .hasMessageContaining("'area' is inf in row 3");
        assertThatThrownBy(() -> e.y(table(HOUSES.replace("1,30", "1,"), "zip")))
                .hasMessageContaining("target 'price' is missing in row 3");
        assertThat(e.dataset(table(HOUSES.replace("1,30", "1,"), "zip")).size()).isEqualTo(3);
    }

    @Test
    void manyCategoriesAreIndices() {
        TableEncoder e = TableEncoder.fit(table(HOUSES, "zip"), "price", o -> o.oneHot(1).categories("rooms"));
        assertThat(e.embedded())
                .extracting(TableEncoder.Categories::name)
                .containsExactly("rooms", "street", "alley", "new", "zip");
        float[][] x = e.x(table(HOUSES, "zip")).toArray(float[][].class);
        assertThat(x[1]).hasSize(6).endsWith(0, 1, 1, 1, 1); // an unknown or missing category is 0
        assertThat(x[3]).endsWith(3, 2, 0, 1, 2);
    }

    @Test
    void theTargetDecidesTheTask() {
        assertThat(fit("3", "5", "3", "5").classes()).containsExactly("3", "5");
        assertThat(fit("10", "9", "10", "9", "NA", "9").classes()).containsExactly("9", "10");
        assertThat(fit("True", "False", "True", "").classes()).containsExactly("false", "true");
        assertThat(fit("yes", "no", "no", "yes").classes()).containsExactly("no", "yes");
        assertThat(fit("1", "2", "3", "4").isClassifier()).isFalse(); // each but once
        assertThat(fit("0.5", "0.5", "1", "1").isClassifier()).isFalse();
        Table t = column("9", "10", "NA", "9", "10");
        TableEncoder e = TableEncoder.fit(t, "y");
        Table complete = t.dropMissingRows("y");
        assertThat(e.y(complete).dtype()).isEqualTo(DType.INT64);
        assertThat(e.y(complete).toLongArray()).containsExactly(0, 1, 0, 1);
        assertThat(e.labels(Tensors.tensor(new double[][] {{1, 2}, {3, 1}}))).containsExactly("10", "9");
        assertThatThrownBy(() -> e.y(column("9", "8"))).hasMessageContainingAll("'y' is '8' in row 2", "'9', '10'");
        assertThatThrownBy(() -> e.numbers(Tensors.zeros(1))).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> fit("a", "a")).hasMessageContaining("only one class, 'a'");
        assertThatThrownBy(() -> TableEncoder.fit(t, "z")).hasMessageContaining("no column 'z'");
        assertThatThrownBy(() -> TableEncoder.fit(t, "y", o -> o.drop("w"))).hasMessageContaining("no column 'w'");
        assertThatThrownBy(() -> TableEncoder.fit(t.select("y"), "y"))
                .hasMessageContaining("no column to predict 'y' from");
    }

    private static Table column(String... values) {
        var csv = new StringBuilder("x,y\n");
        for (int i = 0; i < values.length; i++) {
            csv.append(i).append(".5,").append(values[i]).append('\n');
        }
        return table(csv.toString());
    }

    private static TableEncoder fit(String... values) {
        return TableEncoder.fit(column(values), "y");
    }

    @Test
    void isSavedAndRead() {
        TableEncoder e = houses();
        assertThat(TableEncoder.fromMap(e.toMap())).isEqualTo(e);
        TableEncoder classes = fit("a", "b", "a", "b");
        assertThat(TableEncoder.fromMap(classes.toMap())).isEqualTo(classes);
        for (var broken :
                List.<Map<String, ?>>of(
                        Map.of(),
                        with(e.toMap(), "features", List.of(7)),
                        with(
                                e.toMap(),
                                "features",
                                List.of(Map.of("name", "x", "mean", "1", "std", 1, "marksMissing", true))),
                        with(
                                e.toMap(),
                                "features",
                                List.of(Map.of("name", "x", "mean", 1, "std", 0, "marksMissing", true))),
                        with(e.toMap(), "target", Map.of("name", "y", "classes", List.of(1, 2))))) {
            assertThatThrownBy(() -> TableEncoder.fromMap(broken))
                    .isInstanceOf(FathomException.class)
                    .hasMessageContaining("the saved encoder is damaged");
        }
    }

    private static Map<String, Object> with(Map<String, Object> map, String name, Object value) {
        var changed = new LinkedHashMap<>(map);
        changed.put(name, value);
        return changed;
    }

    // ---- CSV files ------------------------------------------------------------------------------------------------

    @TempDir Path folder;

    @Test
    void aDataSetIsFittedOnItsTrainingRows() throws IOException {
        var csv = new StringBuilder("size;kind;price\n");
        for (int i = 0; i < 50; i++) {
            csv.append(i)
                    .append(";")
                    .append(i % 5 == 0 ? "flat" : "house")
                    .append(";")
                    .append(1000 + 10 * i)
                    .append("\n");
        }
        Path file = Files.writeString(folder.resolve("prices.csv"), csv);
        CsvDataset.Split split = CsvDataset.read(file, "price").split(0.8, 1);
        CsvDataset train = split.train();
        assertThat(train.size()).isEqualTo(40);
        assertThat(split.test().size()).isEqualTo(10);
        assertThat(train.features()).isEqualTo(3);
        assertThat(train.x().select(1, 0).mean().item()).isCloseTo(0, within(1e-6));
        assertThat(split.test().encoder()).isEqualTo(train.encoder());
        double mean = train.table().mean("price");
        assertThat(((TableEncoder.NumberTarget) train.encoder().target()).mean()).isEqualTo(mean);
        Batch b = split.test().batch(new long[] {3, 4});
        assertThat(b.x().shape().dims()).containsExactly(2, 3);
        assertThat(b.y().dtype()).isEqualTo(DType.FLOAT32);

        CsvDataset.Split kinds = CsvDataset.read(file, "kind").split(0.8, 1);
        assertThat(kinds.test().y().toLongArray()).hasSize(10);
        assertThat(kinds.test().y().sum().itemLong()).isEqualTo(8); // two of ten are flats, as of all
        // with the encoder of an earlier run the rows are split in the same way
        CsvDataset again = CsvDataset.of(Table.readCsv(file, o -> o.delimiter(';')), train.encoder());
        assertThat(again.split(0.8, 1).test().x().toFloatArray()).isEqualTo(split.test().x().toFloatArray());
    }

    @Test
    void formatsAreFound() {
        assertThat(detected("a;b\n1,5;2\n3,5;4\n").columns()).containsExactly("a", "b");
        assertThat(detected("800\t0\t0.3048\n1000\t0\t0.3048\n").columns()).containsExactly("0", "1", "2");
        assertThat(detected("800\t0\t0.3048\n1000\t0\t0.3048\n").rows()).isEqualTo(2);
        assertThat(detected("one\n1\n2\n").columns()).containsExactly("one");
        assertThat(detected("\uFEFFa|b\n\"x|\ny\"|2\n").columns()).containsExactly("a", "b");
        assertThat(detected("name,note\nx,\"a;b;c\"\ny,\"d;e;f\"\n").width()).isEqualTo(2);
        Table headless = Table.readCsv(new StringReader("1,2\n3,4\n"), CsvOptions::noHeader);
        assertThat(headless.tensor("1").toLongArray()).containsExactly(2, 4);
        assertThatThrownBy(() -> detected("")).isInstanceOf(FathomException.class);
    }

    private static Table detected(String csv) {
        return Table.readCsv(new StringReader(csv), o -> o.detectFormat(true));
    }

    @Test
    void columnsOfTablesAreAddedAndRead() {
        Table t = Table.ofColumns(Map.of("a", List.of(1, 2)));
        Table more = t.with("b", java.util.Arrays.asList("x", null)).with("a", List.of(1.5, 3));
        assertThat(more.columns()).containsExactly("a", "b");
        assertThat(more.texts("a")).containsExactly("1.5", "3");
        assertThat(more.texts("b")).containsExactly("x", null);
        assertThat(more.dropMissingRows("b").rows()).isEqualTo(1);
        assertThat(more.dropMissingRows("a").rows()).isEqualTo(2);
        assertThatThrownBy(() -> t.with("c", List.of(1))).hasMessageContaining("1 values of column 'c' for 2 rows");
    }
}
