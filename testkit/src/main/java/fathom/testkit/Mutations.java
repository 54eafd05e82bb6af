package fathom.testkit;

import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/** Mutations of files: hardware faults, and targeted attacks on readers. */
final class Mutations {
    private static final long[] EXTREMES = {
        0,
        1,
        -1,
        2,
        127,
        128,
        255,
        256,
        32767,
        32768,
        65535,
        65536,
        Integer.MAX_VALUE,
        Integer.MIN_VALUE,
        Long.MAX_VALUE,
        Long.MIN_VALUE,
        1L << 32,
        1L << 62
    };

    private Mutations() {}

    /** {@return a copy of a file damaged by one to four mutations; some insert pieces of the other files} */
    static byte[] damage(byte[] file, List<byte[]> others, RandomGenerator random) {
        byte[] bytes = file.clone();
        for (int n = 1 + random.nextInt(4); n > 0; n--) {
            bytes = once(bytes, others, random);
        }
        return bytes;
    }

    private static byte[] once(byte[] bytes, List<byte[]> others, RandomGenerator random) {
        if (bytes.length == 0) {
            return new byte[] {(byte) random.nextInt()};
        }
        int at = place(bytes.length, random);
        int length = 1 + random.nextInt(Math.min(1 << 1 + random.nextInt(7), bytes.length - at));
        switch (random.nextInt(10)) {
            case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
            case 1 -> bytes[at] = (byte) random.nextInt();
            case 2 -> Arrays.fill(bytes, at, at + length, (byte) random.nextInt());
            case 3 -> extreme(bytes, at, random);
            case 4 -> digit(bytes, at, random);
            case 5 -> System.arraycopy(bytes, random.nextInt(bytes.length - length + 1), bytes, at, length);
            case 6 -> {
                return splice(bytes, at, at + length, new byte[0]);
            }
            case 7 -> {
                return splice(bytes, at, at, Arrays.copyOfRange(bytes, at, at + length));
            }
            case 8 -> {
                byte[] other = others.get(random.nextInt(others.size()));
                int from = place(other.length, random);
                int to = Math.min(other.length, from + length);
                return splice(bytes, at, at + (random.nextBoolean() ? length : 0), Arrays.copyOfRange(other, from, to));
            }
            default -> {
                return random.nextInt(3) > 0 ? bytes : Arrays.copyOf(bytes, at);
            }
        }
        return bytes;
    }

    /** Prefers positions at the start, where most files have headers, and at the end, where they have directories. */
    private static int place(int length, RandomGenerator random) {
        int near = Math.min(length, 64);
        return switch (random.nextInt(4)) {
            case 0 -> random.nextInt(near);
            case 1 -> length - 1 - random.nextInt(near);
            default -> random.nextInt(length);
        };
    }

    private static void extreme(byte[] bytes, int at, RandomGenerator random) {
        long value = EXTREMES[random.nextInt(EXTREMES.length)];
        int size = 1 << random.nextInt(4);
        boolean bigEndian = random.nextBoolean();
        for (int i = 0; i < Math.min(size, bytes.length - at); i++) {
            bytes[at + i] = (byte) (value >> 8 * (bigEndian ? size - 1 - i : i));
        }
    }

    /** Changes the next digit of a number in a text, or the next letter. */
    private static void digit(byte[] bytes, int at, RandomGenerator random) {
        for (int i = at; i < bytes.length; i++) {
            if (bytes[i] >= '0' && bytes[i] <= '9') {
                bytes[i] = (byte) "0123456789-.eE,]".charAt(random.nextInt(16));
                return;
            }
        }
        bytes[at] = (byte) (' ' + random.nextInt(95));
    }

    private static byte[] splice(byte[] bytes, int from, int to, byte[] middle) {
        byte[] out = Arrays.copyOf(bytes, bytes.length - (to - from) + middle.length);
        System.arraycopy(middle, 0, out, from, middle.length);
        System.arraycopy(bytes, to, out, from + middle.length, bytes.length - to);
        return out;
    }
}
