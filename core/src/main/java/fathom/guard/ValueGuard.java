package fathom.guard;

import java.util.Objects;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Guards of values that Java code computes on request. */
public final class ValueGuard {
    private ValueGuard() {}

    /**
     * {@return a guard of the value of {@code source}}
     *
     * @param value its current value
     * @param name its description, for messages
     * @throws IllegalArgumentException if the value cannot be compared
     */
    public static Guard of(Supplier<?> source, @Nullable Object value, String name) {
        return new Supplied(source, Snapshot.of(value), name);
    }

    /** {@return a guard of a condition that is true now} */
    public static Guard of(BooleanSupplier condition, String name) {
        return new Condition(condition, name);
    }

    private static final class Supplied extends Guard {
        private final Supplier<?> source;
        private final @Nullable Object before;
        private final String name;

        Supplied(Supplier<?> source, @Nullable Object before, String name) {
            super(source, null, false);
            this.source = source;
            this.before = before;
            this.name = name;
        }

        @Override
        public boolean holds() {
            return Objects.equals(Snapshot.of(source.get()), before);
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        String before() {
            return shown(before);
        }

        @Override
        String now() {
            return shown(Snapshot.of(source.get()));
        }
    }

    private static final class Condition extends Guard {
        private final BooleanSupplier condition;
        private final String name;

        Condition(BooleanSupplier condition, String name) {
            super(condition, null, false);
            this.condition = condition;
            this.name = name;
        }

        @Override
        public boolean holds() {
            return condition.getAsBoolean();
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public String change() {
            return name;
        }

        @Override
        String before() {
            return "";
        }

        @Override
        String now() {
            return "";
        }
    }
}
