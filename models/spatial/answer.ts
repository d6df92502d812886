// Questions about space answered from geometry: each with its formula, its error, and what to draw.

import { answerDirection, answerNearest, answerOrder, answerRoute } from './answer-relations.ts';
import { answerCount, answerDistance, answerRoom, answerSize } from './answer-numbers.ts';
import type { SpatialContext, SpatialReply } from './context.ts';
import type { SpatialQuestion } from './question.ts';

/** @throws StudioFailure cannot-answer, query-unknown-word */
export function answerSpatial<Id>(question: SpatialQuestion, context: SpatialContext<Id>): Promise<SpatialReply<Id>> {
  switch (question.kind) {
    case 'object_counting':
      return answerCount(question, context);
    case 'object_abs_distance':
      return answerDistance(question, context);
    case 'object_size_estimation':
      return answerSize(question, context);
    case 'room_size_estimation':
      return answerRoom(context);
    case 'object_rel_distance':
      return answerNearest(question, context);
    case 'object_rel_direction_easy':
    case 'object_rel_direction_medium':
    case 'object_rel_direction_hard':
      return answerDirection(question, context);
    case 'route_planning':
      return answerRoute(question, context);
    case 'obj_appearance_order':
      return answerOrder(question, context);
  }
}
