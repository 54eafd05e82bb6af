package fathom.data;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Distributes whole groups to parts: the largest first, each to the part whose counts of examples per class come
 * closest to their shares by it.
 */
final class GroupedSplit {
    private final long[] groups;
    private final long[] classes;

    GroupedSplit(long[] groups, long[] classes) {
        this.groups = groups;
        this.classes = classes;
    }

    long[][] parts(long[] order, long[] lengths, SplittableRandom random) {
        Map<Long, List<Long>> members = new LinkedHashMap<>(); // in random order
        Map<Long, Long> totals = new HashMap<>();
        for (long i : order) {
            members.computeIfAbsent(groups[(int) i], g -> new ArrayList<>()).add(i);
            totals.merge(classes[(int) i], 1L, Long::sum);
        }
        var deficits = new ArrayList<Map<Long, Double>>(); // how many examples of each class a part still lacks
        for (long length : lengths) {
            var lacks = new HashMap<Long, Double>();
            totals.forEach((label, count) -> lacks.put(label, (double) count * length / order.length));
            deficits.add(lacks);
        }
        var parts = new ArrayList<List<Long>>();
        for (int p = 0; p < lengths.length; p++) {
            parts.add(new ArrayList<>());
        }
        members.values().stream()
                .sorted(Comparator.comparing(m -> -m.size()))
                .forEach(group -> {
                    var counts = new HashMap<Long, Long>();
                    group.forEach(i -> counts.merge(classes[Math.toIntExact(i)], 1L, Long::sum));
                    int best = 0;
                    for (int p = 1; p < deficits.size(); p++) {
                        best = gain(deficits.get(p), counts) > gain(deficits.get(best), counts) ? p : best;
                    }
                    Map<Long, Double> lacks = deficits.get(best);
                    counts.forEach((label, count) -> lacks.merge(label, -(double) count, Double::sum));
                    parts.get(best).addAll(group);
                });
        return parts.stream()
                .map(part -> {
                    long[] indices = part.stream().mapToLong(Long::longValue).toArray();
                    Shuffle.shuffle(indices, random);
                    return indices;
                })
                .toArray(long[][]::new);
    }

    /** {@return the decrease of the sum of squared deficits} */
    private static double gain(Map<Long, Double> deficits, Map<Long, Long> counts) {
        double gain = 0;
        for (var e : counts.entrySet()) {
            gain += e.getValue() * (2 * deficits.getOrDefault(e.getKey(), 0.0) - e.getValue());
        }
        return gain;
    }
}
