package fathom.spark;

import fathom.Tensor;
import fathom.Tensors;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.BooleanType;
import org.apache.spark.sql.types.ByteType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DoubleType;
import org.apache.spark.sql.types.FloatType;
import org.apache.spark.sql.types.IntegerType;
import org.apache.spark.sql.types.LongType;
import org.apache.spark.sql.types.ShortType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;
import scala.collection.Seq;

/** Reads the features and the target of rows, by the columns' places. */
final class RowReader implements Serializable {
    private static final long serialVersionUID = 1;

    private final int[] features;
    private final String[] names;
    private final int target;
    private final boolean targetIsClass;

    private RowReader(int[] features, String[] names, int target, boolean targetIsClass) {
        this.features = features;
        this.names = names;
        this.target = target;
        this.targetIsClass = targetIsClass;
    }

    /**
     * {@return a reader for rows of a data frame}
     *
     * @param needsTarget whether there must be a target
     * @throws IllegalArgumentException if a column is missing or of a type that is no number
     */
    static RowReader of(StructType schema, RowOptions options, boolean needsTarget) {
        @Nullable String target = options.target();
        if (needsTarget && target == null) {
            throw new IllegalArgumentException(
                    "no target: name the column to predict, o.target(\"...\"), among "
                            + Arrays.toString(schema.names()));
        }
        List<String> columns = options.features();
        if (columns.isEmpty()) {
            columns = Arrays.stream(schema.names()).filter(n -> !n.equals(target)).toList();
        }
        if (columns.isEmpty()) {
            throw new IllegalArgumentException("no features: the data frame has no column but the target");
        }
        var places = new ArrayList<Integer>();
        for (String column : columns) {
            int place = place(schema, column);
            DataType type = schema.fields()[place].dataType();
            boolean fits = isNumber(type) || type instanceof ArrayType a && isNumber(a.elementType());
            if (!fits) {
                throw new IllegalArgumentException(
                        "the column %s is of type %s; features are numbers, booleans or arrays of numbers: encode it first"
                                .formatted(column, type.simpleString()));
            }
            places.add(place);
        }
        int at = -1;
        boolean isClass = false;
        if (target != null && needsTarget) {
            at = place(schema, target);
            DataType type = schema.fields()[at].dataType();
            if (!isNumber(type)) {
                throw new IllegalArgumentException(
                        "the target %s is of type %s; it must be a number, or the index of a class"
                                .formatted(target, type.simpleString()));
            }
            isClass = !(type instanceof FloatType || type instanceof DoubleType);
        }
        return new RowReader(
                places.stream().mapToInt(Integer::intValue).toArray(), columns.toArray(String[]::new), at, isClass);
    }

    private static int place(StructType schema, String column) {
        StructField[] fields = schema.fields();
        for (int i = 0; i < fields.length; i++) {
            if (fields[i].name().equals(column)) {
                return i;
            }
        }
        throw new IllegalArgumentException(
                "there is no column %s; the data frame has %s".formatted(column, Arrays.toString(schema.names())));
    }

    private static boolean isNumber(DataType type) {
        return type instanceof FloatType
                || type instanceof DoubleType
                || type instanceof LongType
                || type instanceof IntegerType
                || type instanceof ShortType
                || type instanceof ByteType
                || type instanceof BooleanType;
    }

    /**
     * {@return the features of a row}
     *
     * @throws IllegalArgumentException if a value is null, naming its column
     */
    float[] features(Row row) {
        var values = new float[features.length];
        int n = 0;
        for (int i = 0; i < features.length; i++) {
            Object value = present(row, features[i], names[i]);
            if (value instanceof Seq<?> list) {
                values = Arrays.copyOf(values, values.length - 1 + list.size());
                for (int k = 0; k < list.size(); k++) {
                    Object element = list.apply(k);
                    if (element == null) {
                        throw new IllegalArgumentException(
                                String.format(Locale.ROOT, "the column %s has an array with null at %d", names[i], k));
                    }
                    values[n++] = number(element);
                }
            } else {
                values[n++] = number(value);
            }
        }
        return values;
    }

    /** {@return the features of rows, float32 {@code [rows, features]}} */
    Tensor features(List<Row> rows) {
        float[] first = features(rows.getFirst());
        var all = new float[Math.multiplyExact(rows.size(), first.length)];
        for (int r = 0; r < rows.size(); r++) {
            float[] values = r == 0 ? first : features(rows.get(r));
            checkLength(values, first.length);
            System.arraycopy(values, 0, all, r * first.length, first.length);
        }
        return Tensors.tensor(all).reshape(rows.size(), first.length);
    }

    /** {@return the targets of rows: classes, int64 {@code [rows]}, or numbers, float32 {@code [rows, 1]}} */
    Tensor targets(List<Row> rows) {
        if (targetIsClass) {
            var classes = new long[rows.size()];
            for (int r = 0; r < classes.length; r++) {
                Object value = present(rows.get(r), target, "of the target");
                classes[r] = value instanceof Boolean b ? b ? 1 : 0 : ((Number) value).longValue();
            }
            return Tensors.tensor(classes);
        }
        var numbers = new float[rows.size()];
        for (int r = 0; r < numbers.length; r++) {
            numbers[r] = number(present(rows.get(r), target, "of the target"));
        }
        return Tensors.tensor(numbers).reshape(numbers.length, 1);
    }

    /** {@return the target of a row: a class, int64 {@code []}, or a number, float32 {@code [1]}} */
    Tensor target(Row row) {
        Tensor one = targets(List.of(row));
        return targetIsClass ? one.reshape() : one.reshape(1);
    }

    private static void checkLength(float[] values, int expected) {
        if (values.length != expected) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "a row has %d features, the first has %d: arrays must have one length",
                            values.length,
                            expected));
        }
    }

    private static Object present(Row row, int place, String name) {
        Object value = row.get(place);
        if (value == null) {
            throw new IllegalArgumentException(
                    "the column %s has a null in the row %s: fill or drop such rows first (frame.na())"
                            .formatted(name, row));
        }
        return value;
    }

    private static float number(Object value) {
        return value instanceof Boolean b ? b ? 1 : 0 : ((Number) value).floatValue();
    }
}
