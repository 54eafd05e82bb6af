package fathom.text.embeddings;

import java.util.Comparator;
import java.util.Locale;
import java.util.PriorityQueue;

/**
 * The binary tree of a Huffman code (Huffman, 1952): frequent words have short paths. For the hierarchical softmax
 * (Morin and Bengio, 2005; Mikolov et al., 2013).
 */
public final class HuffmanTree {
    private final int[][] nodes;
    private final boolean[][] codes;
    private final int longest;

    private record Subtree(long count, int node) {}

    /**
     * The tree of words with their counts; equally frequent subtrees are joined in the order of their creation.
     *
     * @throws IllegalArgumentException if there are fewer than two words, or a count is negative
     */
    public HuffmanTree(long[] counts) {
        int n = counts.length;
        if (n < 2) {
            throw new IllegalArgumentException(
                    String.format(Locale.ROOT, "HuffmanTree: expected at least two words, got %d", n));
        }
        var parent = new int[2 * n - 1];
        var isRight = new boolean[2 * n - 1];
        var queue =
                new PriorityQueue<Subtree>(Comparator.comparingLong(Subtree::count).thenComparingInt(Subtree::node));
        for (int i = 0; i < n; i++) {
            if (counts[i] < 0) {
                throw new IllegalArgumentException("HuffmanTree: a word is counted " + counts[i] + " times");
            }
            queue.add(new Subtree(counts[i], i));
        }
        for (int node = n; node < 2 * n - 1; node++) {
            Subtree left = queue.remove();
            Subtree right = queue.remove();
            parent[left.node()] = node;
            parent[right.node()] = node;
            isRight[right.node()] = true;
            queue.add(new Subtree(left.count() + right.count(), node));
        }
        int root = 2 * n - 2;
        nodes = new int[n][];
        codes = new boolean[n][];
        int most = 0;
        for (int i = 0; i < n; i++) {
            int depth = 0;
            for (int node = i; node != root; node = parent[node]) {
                depth++;
            }
            nodes[i] = new int[depth];
            codes[i] = new boolean[depth];
            for (int node = i; node != root; node = parent[node]) {
                depth--;
                nodes[i][depth] = parent[node] - n;
                codes[i][depth] = isRight[node];
            }
            most = Math.max(most, nodes[i].length);
        }
        longest = most;
    }

    /** {@return the number of words} */
    public int words() {
        return nodes.length;
    }

    /** {@return the number of edges of the longest path} */
    public int depth() {
        return longest;
    }

    /** {@return the inner nodes from the root to a word: numbers from 0 to {@code words - 2}} */
    public int[] path(int word) {
        return nodes[word].clone();
    }

    /** {@return for each node of the path, whether the word is in the right subtree} */
    public boolean[] code(int word) {
        return codes[word].clone();
    }
}
